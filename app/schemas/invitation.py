"""What is read and written of invitations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.core.roles import Role
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.one_time_token import MailedToken
from app.schemas.sign_up import NewAccount
from app.schemas.user import EmailAddress

# standards: ignore[GRD003] an example for the documentation
A_TOKEN = "fgi_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"  # noqa: S105 -- an example


class InvitationCreate(RequestModel):
    """Whom to invite, and to be what."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "newcomer@example.org", "role": "developer"}]}
    )

    email: EmailAddress
    role: Role


class InvitationAnswer(RequestModel):
    """The token that was mailed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": A_TOKEN}]})

    token: MailedToken


class InvitedSignUp(NewAccount):
    """The token that was mailed, and the account to make."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": A_TOKEN, "password": "correct horse battery staple"}]}
    )

    token: MailedToken


class InvitationResponse(ResponseModel):
    """An invitation that waits for an answer."""

    id: UUID
    email: Annotated[str, Field(examples=["newcomer@example.org"])]
    role: Role
    invited_by: Annotated[UUID, Field(description="The member who has sent it.")]
    created_at: datetime
    expires_at: datetime
