"""What is read of a sign-in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.base import RequestModel, ResponseModel


class SessionOrganization(RequestModel):
    """Where a session is to act from now on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"organization_id": "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"}]}
    )

    organization_id: UUID


class SessionResponse(ResponseModel):
    """One of the caller's sign-ins."""

    id: UUID
    organization_id: Annotated[UUID, Field(description="Where it acts, unless a request names another.")]
    created_at: datetime
    authenticated_at: Annotated[datetime, Field(description="When its person last proved who they are.")]
    last_used_at: Annotated[datetime | None, Field(description="When it was opened or last refreshed.")]
    expires_at: Annotated[datetime, Field(description="The end, however often it is refreshed.")]
    ip_address: Annotated[str | None, Field(description="Where it was opened.", examples=["192.0.2.7"])]
    user_agent: Annotated[str | None, Field(description="With which software.", examples=["curl/8.5.0"])]
    impersonator_id: Annotated[
        UUID | None, Field(description="The operator who opened it to see what you see; not you.")
    ]
    is_current: Annotated[bool, Field(description="Whether it is the session of this very request.")] = False
