"""The audit trail of one person."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.access import session
from app.api.dependencies.audit_event_service import AuditEventServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.schemas.audit_event import AuditEventResponse, OwnAuditEventQuery
from app.schemas.page import CursorPage

router = APIRouter(prefix="/api/v1/users/me/audit-events", tags=["Audit trail"], route_class=StrictRoute)


@router.get(
    "",
    summary="Read your own audit trail",
    responses=problem_responses(401, 403, 429),
    dependencies=[session()],
)
async def list_own_audit_events(
    query: Annotated[OwnAuditEventQuery, Query()], caller: PrincipalDep, events: AuditEventServiceDep
) -> CursorPage[AuditEventResponse]:
    """Read what you did and what was done to your account, failed sign-ins included, newest first."""
    stretch = await events.list_own(caller.user_id, query)
    return CursorPage[AuditEventResponse].model_validate(stretch)
