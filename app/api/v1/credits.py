"""Credits: organizations see what they have and had, operators grant more."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, status

from app.api.access import Sometimes, credential
from app.api.dependencies.credit_service import CreditServiceDep
from app.api.dependencies.grant_service import GrantServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.refund_service import RefundServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.credit import (
    CreditAdjustmentCreate,
    CreditGrantCreate,
    CreditGrantQuery,
    CreditGrantResponse,
    CreditQuery,
    CreditResponse,
    NewCreditGrantResponse,
)
from app.schemas.credit_refund import CreditRefundCreate, CreditRefundResponse
from app.schemas.ledger_entry import LedgerEntryQuery, LedgerEntryResponse
from app.schemas.page import CursorPage, Page

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


@router.get(
    "/grants",
    summary="List grants",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def list_grants(
    query: Annotated[CreditGrantQuery, Query()], caller: PrincipalDep, grants: GrantServiceDep
) -> Page[CreditGrantResponse]:
    """List what your organization was given, and what is left of each at this instant; newest first."""
    page = await grants.read_page(caller, query, organization_id=query.organization_id)
    return Page[CreditGrantResponse].model_validate(page)


@router.post(
    "/grants",
    summary="Grant credits",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.CREDITS_GRANT, audit=AuditAction.CREDITS_GRANTED)],
)
async def grant_credits(
    draft: CreditGrantCreate, caller: PrincipalDep, grants: GrantServiceDep, request: Request
) -> NewCreditGrantResponse:
    """Give credits to an organization, at once or from a later instant on. Operators only."""
    request_id = request.scope["state"]["request_id"]
    grant, entry = await grants.grant(draft, granted_by=caller.user_id, request_id=request_id)
    return NewCreditGrantResponse.of(grant, entry)


@router.post(
    "/adjustments",
    summary="Adjust a balance",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 402, 403, 404, 429),
    dependencies=[credential(Scope.CREDITS_GRANT, audit=AuditAction.CREDITS_ADJUSTED)],
)
async def adjust_credits(
    draft: CreditAdjustmentCreate, caller: PrincipalDep, grants: GrantServiceDep, request: Request
) -> LedgerEntryResponse:
    """Correct an organization's balance, never below zero. The answer is the entry in its ledger."""
    request_id = request.scope["state"]["request_id"]
    entry = await grants.adjust(draft, adjusted_by=caller.user_id, request_id=request_id)
    return LedgerEntryResponse.model_validate(entry)


@router.post(
    "/refunds",
    summary="Refund a charge",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.CREDITS_GRANT, audit=Sometimes(AuditAction.CREDITS_REFUNDED))],
)
async def refund_credits(
    draft: CreditRefundCreate, caller: PrincipalDep, refunds: RefundServiceDep, request: Request
) -> CreditRefundResponse:
    """Give back a charge or a part of it, once per refund id, and what it took of the key's cap."""
    request_id = request.scope["state"]["request_id"]
    refund = await refunds.refund(draft, refunded_by=caller.user_id, request_id=request_id)
    return CreditRefundResponse.model_validate(refund)
