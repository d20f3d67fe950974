"""What people read and change of their second factors."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.core.auth_method import AuthMethod
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.second_factor import TotpCode


class FactorsResponse(ResponseModel):
    """What an account demands besides its first factor."""

    second_factor_required: Annotated[
        bool, Field(description="Whether a password alone does not let you in any more.")
    ]
    methods: Annotated[list[AuthMethod], Field(description="What you can prove now.", examples=[["totp"]])]
    recovery_codes_left: Annotated[int, Field(description="How many are unused.", examples=[10])]


class TotpEnrolmentResponse(ResponseModel):
    """What an authenticator app needs: shown once."""

    secret: Annotated[str, Field(description="For typing, in base32.", examples=["JBSWY3DPEHPK3PXP"])]
    otpauth_uri: Annotated[
        str,
        Field(
            description="What the QR code says.",
            examples=["otpauth://totp/api.example.org:owner@example.org?secret=JBSWY3DPEHPK3PXP"],
        ),
    ]
    qr_code_svg: Annotated[str, Field(description="An SVG element to show.", examples=["<svg>...</svg>"])]


class TotpConfirmation(RequestModel):
    """A code that proves that the authenticator has the secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "123 456"}]})

    code: TotpCode


class RecoveryCodesResponse(ResponseModel):
    """Recovery codes: shown once."""

    recovery_codes: Annotated[
        list[str] | None,
        Field(
            description="Each replaces a second factor once. Null if you have some already.",
            examples=[["3k9d-w2hm-7xqe-r5tz-0vbn-8gcy"]],
        ),
    ]
