"""What is exchanged when people sign in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr

from app.core.auth_method import AuthMethod
from app.core.password_rules import PASSWORD_LENGTH_MAX
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.user import EmailAddress

REFRESH_TOKEN_LENGTH_MAX = 512


class LoginRequest(RequestModel):
    """Who wants to sign in, and the proof."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "owner@example.org", "password": "correct horse battery staple"}]
        }
    )

    email: EmailAddress
    password: Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX)]


class ReauthenticateRequest(RequestModel):
    """The proof that the person of a session is still there."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "correct horse battery staple"}]})

    password: Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX)]


class RefreshRequest(RequestModel):
    """The refresh token of the last answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"refresh_token": "fgr_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"}]
        }
    )

    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=REFRESH_TOKEN_LENGTH_MAX)]


class TokenResponse(ResponseModel):
    """The tokens of a session. They are shown once: only a digest of the refresh token is kept."""

    access_token: Annotated[
        str, Field(description="Send it as `Authorization: Bearer ...`.", examples=["eyJhbGciOi..."])
    ]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the name of a scheme (RFC 6750)
    expires_in: Annotated[int, Field(description="Seconds until the access token ends.", examples=[600])]
    refresh_token: Annotated[
        str, Field(description="Buys the next pair of tokens, once.", examples=["fgr_Zm9yIGV4..."])
    ]
    refresh_expires_at: Annotated[datetime, Field(description="When the refresh token ends, if unused.")]
    session_id: UUID


class SecondFactorResponse(ResponseModel):
    """What a sign-in has led to so far: the first factor is right, a second one is to be proved."""

    second_factor_required: Literal[True] = True
    mfa_token: Annotated[
        str,
        Field(
            description="Send it with the second factor's proof. It opens nothing else.",
            examples=["fgm_Zm9y..."],
        ),
    ]
    expires_in: Annotated[int, Field(description="Seconds until the `mfa_token` ends.", examples=[600])]
    methods: Annotated[
        list[AuthMethod],
        Field(description="Any one of these will do.", examples=[["totp", "recovery_code"]]),
    ]


class PublicKeyResponse(ResponseModel):
    """A public key that verifies access tokens (RFC 7517, RFC 7518)."""

    kty: Annotated[str, Field(examples=["EC"])]
    crv: Annotated[str, Field(examples=["P-256"])]
    x: Annotated[str, Field(examples=["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"])]
    y: Annotated[str, Field(examples=["x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"])]
    kid: Annotated[
        str,
        Field(
            description="The key's RFC 7638 thumbprint.",
            examples=["oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"],
        ),
    ]
    alg: Annotated[str, Field(examples=["ES256"])]
    use: Annotated[str, Field(examples=["sig"])]


class PublicKeySetResponse(ResponseModel):
    """All keys that verify access tokens."""

    keys: list[PublicKeyResponse]
