"""Ledgers as a whole: statements, and the export."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api.access import credential
from app.api.csv_answer import CSV_RESPONSES, csv_answer
from app.api.dependencies.guards import RateLimit
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.statement_service import StatementServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from app.schemas.credit_statement import CreditStatement, CreditStatementQuery, LedgerExportQuery
from app.schemas.ledger_entry import LedgerEntryResponse

router = APIRouter(prefix="/api/v1/credits", tags=["Credits"], route_class=StrictRoute)

EXPORTS_PER_MINUTE = 10


@router.get(
    "/statement",
    summary="Read a statement",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.CREDITS_READ)],
)
async def read_statement(
    query: Annotated[CreditStatementQuery, Query()], caller: PrincipalDep, statements: StatementServiceDep
) -> CreditStatement:
    """Read your organization's balance at two instants, and what happened between them, by kind."""
    return await statements.read(caller, query)


@router.get(
    "/ledger/export",
    summary="Export the ledger",
    response_class=StreamingResponse,
    responses=CSV_RESPONSES | problem_responses(401, 403, 404, 429),
    dependencies=[
        credential(Scope.CREDITS_READ, limits=(RateLimit("ledger_export", quota=EXPORTS_PER_MINUTE),))
    ],
)
async def export_ledger(
    query: Annotated[LedgerExportQuery, Query()], caller: PrincipalDep, statements: StatementServiceDep
) -> StreamingResponse:
    """Read the ledger as CSV, newest first, up to 100,000 entries.

    Go on with `before` set to the last `sequence`. A cell that a spreadsheet would take for a formula has an
    apostrophe in front.
    """
    entries = await statements.export(caller, query)
    return csv_answer(LedgerEntryResponse, entries, filename="ledger.csv")
