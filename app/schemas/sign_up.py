"""What is exchanged when people sign up."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.schemas.base import RequestModel
from app.schemas.one_time_token import Handle, MailedCode, MailedToken
from app.schemas.organization import OrganizationName
from app.schemas.password import NewPassword
from app.schemas.user import EmailAddress, FullName


class SignUpRequest(RequestModel):
    """The address to send the proof to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "newcomer@example.org"}]})

    email: EmailAddress


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
