"""What is read of the audit trail."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.audit import AuditAction, AuditOutcome
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import Instant
from app.schemas.page import CursorParams


class AuditEventFilter(RequestModel):
    """Which events, whoever reads them."""

    action: AuditAction | None = None
    outcome: AuditOutcome | None = None
    since: Annotated[Instant | None, Field(description="Only events from this instant on.")] = None
    until: Annotated[Instant | None, Field(description="Only events before this instant.")] = None


class OwnAuditEventQuery(AuditEventFilter, CursorParams):
    """Which stretch of one's own events."""


class AuditEventExportQuery(AuditEventFilter):
    """Which events of an organization."""

    actor_id: Annotated[UUID | None, Field(description="Only what this person did.")] = None
    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class AuditEventQuery(AuditEventExportQuery, CursorParams):
    """Which stretch of an organization's events."""


class AuditEventResponse(ResponseModel):
    """What somebody did, for ever."""

    id: UUID
    occurred_at: datetime
    action: Annotated[str, Field(examples=["sign_in"])]
    outcome: AuditOutcome
    actor_id: Annotated[UUID | None, Field(description="The person who acted; null for a stranger.")]
    impersonator_id: Annotated[UUID | None, Field(description="The operator who acted for that person.")]
    api_key_id: Annotated[UUID | None, Field(description="The key that acted.")]
    session_id: UUID | None
    organization_id: Annotated[UUID | None, Field(description="Where it happened.")]
    target: Annotated[
        str | None,
        Field(
            description="What was acted upon, as `kind:id`.",
            examples=["api_key:01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"],
        ),
    ]
    ip_address: Annotated[str | None, Field(examples=["192.0.2.7"])]
    user_agent: Annotated[str | None, Field(examples=["curl/8.5.0"])]
    request_id: Annotated[str | None, Field(examples=["req-42"])]
    details: Annotated[dict[str, str | int | bool], Field(examples=[{"methods": "password"}])]
