"""Usage: organizations see how they used the gate, operators how everyone did."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api.access import credential
from app.api.csv_answer import CSV_RESPONSES, csv_answer
from app.api.dependencies.guards import RateLimit
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.usage_service import UsageServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from app.schemas.usage import UsageExportQuery, UsageQuery, UsageReport, UsageResponse

router = APIRouter(prefix="/api/v1/usage", tags=["Usage"], route_class=StrictRoute)

EXPORTS_PER_MINUTE = 10


@router.get(
    "",
    summary="Read usage",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.CREDITS_READ)],
)
async def read_usage(
    query: Annotated[UsageQuery, Query()], caller: PrincipalDep, usage: UsageServiceDep
) -> UsageReport:
    """Read how your organization used the gate, by the hour. Operators read everyone's.

    A call counts once; grouped by tag, once for each of its tags.
    """
    return await usage.report(caller, query)


@router.get(
    "/export",
    summary="Export usage",
    response_class=StreamingResponse,
    responses=CSV_RESPONSES | problem_responses(401, 403, 404, 429),
    dependencies=[
        credential(Scope.CREDITS_READ, limits=(RateLimit("usage_export", quota=EXPORTS_PER_MINUTE),))
    ],
)
async def export_usage(
    query: Annotated[UsageExportQuery, Query()], caller: PrincipalDep, usage: UsageServiceDep
) -> StreamingResponse:
    """Read the same as CSV, up to 10,000 lines.

    A cell that a spreadsheet would take for a formula has an apostrophe in front.
    """
    lines = await usage.export(caller, query)
    return csv_answer(UsageResponse, lines, filename="usage.csv")
