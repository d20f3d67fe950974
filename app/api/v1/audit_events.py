"""The audit trail of an organization: those who rule it see what happened there, operators everything."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api.access import credential
from app.api.csv_answer import CSV_RESPONSES, csv_answer
from app.api.dependencies.audit_event_service import AuditEventServiceDep
from app.api.dependencies.guards import RateLimit
from app.api.dependencies.principal import PrincipalDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from app.schemas.audit_event import AuditEventExportQuery, AuditEventQuery, AuditEventResponse
from app.schemas.page import CursorPage

router = APIRouter(prefix="/api/v1/audit-events", tags=["Audit trail"], route_class=StrictRoute)

EXPORTS_PER_MINUTE = 10


@router.get(
    "",
    summary="Read the audit trail",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.AUDIT_READ)],
)
async def list_audit_events(
    query: Annotated[AuditEventQuery, Query()], caller: PrincipalDep, events: AuditEventServiceDep
) -> CursorPage[AuditEventResponse]:
    """Read what happened in your organization, newest first. Operators read everyone's."""
    return CursorPage[AuditEventResponse].model_validate(await events.list_within(caller, query))


@router.get(
    "/export",
    summary="Export the audit trail",
    response_class=StreamingResponse,
    responses=CSV_RESPONSES | problem_responses(401, 403, 404, 429),
    dependencies=[
        credential(Scope.AUDIT_READ, limits=(RateLimit("audit_export", quota=EXPORTS_PER_MINUTE),))
    ],
)
async def export_audit_events(
    query: Annotated[AuditEventExportQuery, Query()], caller: PrincipalDep, events: AuditEventServiceDep
) -> StreamingResponse:
    """Read the same as CSV, up to 10,000 events; go on with `until` set to the last one's `occurred_at`.

    A cell that a spreadsheet would take for a formula has an apostrophe in front.
    """
    chunks = events.export_within(caller, query)
    return csv_answer(AuditEventResponse, chunks, filename="audit-events.csv")
