"""What is exchanged when people sign up."""

from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr

from app.core.password_rules import PASSWORD_LENGTH_MAX
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.one_time_token import Handle, MailedCode, MailedToken
from app.schemas.organization import OrganizationName
from app.schemas.user import EmailAddress, FullName

NewPassword = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=PASSWORD_LENGTH_MAX,
        description="15 to 256 characters of any kind; not one of those known from breaches.",
        examples=["correct horse battery staple"],
    ),
]


class SignUpRequest(RequestModel):
    """The address to send the proof to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "newcomer@example.org"}]})

    email: EmailAddress


class SignUpResponse(ResponseModel):
    """What the mailed code must come back with. Whether the address has an account is told by mail alone."""

    handle: Annotated[
        str,
        Field(
            description="Worth nothing without the code.",
            examples=["fgh_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCBoYW5kbGU"],
        ),
    ]


class NewAccount(RequestModel):
    """What people choose for their account."""

    password: NewPassword
    full_name: FullName | None = None
    organization_name: Annotated[
        OrganizationName | None,
        Field(description="Of the organization of their own.", examples=["Acme Weather"]),
    ] = None


class SignUpByLink(NewAccount):
    """The proof that was mailed as a link, and the account to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "fgs_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg",
                    "password": "correct horse battery staple",
                }
            ]
        }
    )

    token: MailedToken


class SignUpByCode(NewAccount):
    """The proof that was mailed as a code, with its handle, and the account to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "handle": "fgh_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCBoYW5kbGU",
                    "code": "012345",
                    "password": "correct horse battery staple",
                }
            ]
        }
    )

    handle: Handle
    code: MailedCode
