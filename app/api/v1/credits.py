"""Credits: organizations see what they have and had, operators grant more."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, status

from app.api.access import credential
from app.api.dependencies.credit_service import CreditServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.credit import CreditGrantCreate, CreditQuery, CreditResponse
from app.schemas.ledger_entry import LedgerEntryQuery, LedgerEntryResponse
from app.schemas.page import CursorPage

router = APIRouter(prefix="/api/v1/credits", tags=["Credits"], route_class=StrictRoute)

reads = credential(Scope.CREDITS_READ)


@router.get(
    "",
    summary="Read the balance",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def read_credits(
    query: Annotated[CreditQuery, Query()], caller: PrincipalDep, credit: CreditServiceDep
) -> CreditResponse:
    """Read what your organization can spend now."""
    return await credit.get_balance(caller, organization_id=query.organization_id)


@router.get(
    "/ledger",
    summary="Read the ledger",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def read_ledger(
    query: Annotated[LedgerEntryQuery, Query()], caller: PrincipalDep, credit: CreditServiceDep
) -> CursorPage[LedgerEntryResponse]:
    """Read every movement of your organization's credits, newest first. The sum of all is the balance."""
    stretch = await credit.read_ledger(caller, query, organization_id=query.organization_id)
    return CursorPage[LedgerEntryResponse].model_validate(stretch)


@router.post(
    "/grants",
    summary="Grant credits",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.CREDITS_GRANT, audit=AuditAction.CREDITS_GRANTED)],
)
async def grant_credits(
    draft: CreditGrantCreate, caller: PrincipalDep, credit: CreditServiceDep, request: Request
) -> LedgerEntryResponse:
    """Give credits to an organization. The answer is the entry in its ledger. Operators only."""
    request_id = request.scope["state"]["request_id"]
    entry = await credit.grant(draft, granted_by=caller.user_id, request_id=request_id)
    return LedgerEntryResponse.model_validate(entry)
