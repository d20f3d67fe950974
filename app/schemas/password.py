"""What is exchanged when people change or lose their password."""

from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr

from app.core.password_rules import PASSWORD_LENGTH_MAX
from app.schemas.base import RequestModel
from app.schemas.fields import Flag
from app.schemas.one_time_token import MailedToken
from app.schemas.user import EmailAddress

NewPassword = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=PASSWORD_LENGTH_MAX,
        description="15 to 256 characters of any kind; not one of those known from breaches.",
        examples=["correct horse battery staple"],
    ),
]
RevokeApiKeys = Annotated[
    Flag, Field(description="Whether the API keys that you have made are revoked as well.")
]


class PasswordResetRequest(RequestModel):
    """The address to send the link to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "owner@example.org"}]})

    email: EmailAddress


class PasswordResetByLink(RequestModel):
    """The proof that was mailed as a link, and the new password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "fgp_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg",
                    "password": "correct horse battery staple",
                }
            ]
        }
    )

    token: MailedToken
    password: NewPassword
    revoke_api_keys: RevokeApiKeys = False


class PasswordChange(RequestModel):
    """The current password and the new one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "current_password": "correct horse battery staple",
                    "new_password": "quite another staple of horses",
                }
            ]
        }
    )

    current_password: Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX)]
    new_password: NewPassword
    revoke_api_keys: RevokeApiKeys = False
