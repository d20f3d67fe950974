"""What is exchanged when a sign-in waits for its second factor."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, SecretStr

from app.schemas.base import RequestModel
from app.schemas.fields import refuse_unstorable
from app.schemas.passkey import AuthenticationCredential


def refuse_unreadable(code: SecretStr) -> SecretStr:
    """Refuse what is no Unicode text."""
    refuse_unstorable(code.get_secret_value())
    return code


MFA_TOKEN_LENGTH_MAX = 512
CODE_LENGTH_MAX = 64

MFA_TOKEN_EXAMPLE = "fgm_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"  # noqa: S105 -- an example

MfaToken = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=MFA_TOKEN_LENGTH_MAX,
        description="What the sign-in has answered.",
        examples=[MFA_TOKEN_EXAMPLE],
    ),
]
TotpCode = Annotated[
    SecretStr,
    AfterValidator(refuse_unreadable),
    Field(
        min_length=1,
        max_length=CODE_LENGTH_MAX,
        description="The six digits that the authenticator shows; spaces do not matter.",
        examples=["123 456"],
    ),
]
RecoveryCodeText = Annotated[
    SecretStr,
    AfterValidator(refuse_unreadable),
    Field(
        min_length=1,
        max_length=CODE_LENGTH_MAX,
        description="One of the recovery codes; hyphens, spaces and capitals do not matter.",
        examples=["3k9d-w2hm-7xqe-r5tz-0vbn-8gcy"],
    ),
]


class MfaTokenRequest(RequestModel):
    """Whose sign-in waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mfa_token": MFA_TOKEN_EXAMPLE}]})

    mfa_token: MfaToken


class TotpProof(RequestModel):
    """A code of an authenticator, for a sign-in that waits."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"mfa_token": MFA_TOKEN_EXAMPLE, "code": "123 456"}]}
    )

    mfa_token: MfaToken
    code: TotpCode


class RecoveryCodeProof(RequestModel):
    """A recovery code, for a sign-in that waits."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"mfa_token": MFA_TOKEN_EXAMPLE, "code": "3k9d-w2hm-7xqe-r5tz-0vbn-8gcy"}]
        }
    )

    mfa_token: MfaToken
    code: RecoveryCodeText


class PasskeyProof(RequestModel):
    """A passkey's answer, for a sign-in that waits."""

    mfa_token: MfaToken
    credential: AuthenticationCredential
