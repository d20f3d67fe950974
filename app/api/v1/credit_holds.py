"""Holds: credits that are reserved before the work, and settled with what it took."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, status

from app.api.access import NOTHING, credential
from app.api.dependencies.hold_service import HoldServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from app.schemas.credit_hold import (
    CreditHoldCreate,
    CreditHoldQuery,
    CreditHoldResponse,
    CreditHoldSettle,
)
from app.schemas.page import Page

router = APIRouter(prefix="/api/v1/credits/holds", tags=["Credits"], route_class=StrictRoute)

reads = credential(Scope.CREDITS_READ)
holds_credits = credential(Scope.CREDITS_HOLD, audit=NOTHING)


@router.post(
    "",
    summary="Hold credits",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 402, 403, 404, 409, 429),
    dependencies=[holds_credits],
)
async def hold_credits(
    draft: CreditHoldCreate, caller: PrincipalDep, holds: HoldServiceDep, request: Request
) -> CreditHoldResponse:
    """Reserve credits before work whose price is known only after it."""
    hold = await holds.create(draft, caller, request_id=request.scope["state"]["request_id"])
    return CreditHoldResponse.model_validate(hold)


@router.get(
    "",
    summary="List holds",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def list_holds(
    query: Annotated[CreditHoldQuery, Query()], caller: PrincipalDep, holds: HoldServiceDep
) -> Page[CreditHoldResponse]:
    """List the holds that your organization pays for, newest first, as they are at this instant."""
    page = await holds.read_page(caller, query, organization_id=query.organization_id)
    return Page[CreditHoldResponse].model_validate(page)


@router.get(
    "/{hold_id}",
    summary="Read a hold",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def read_hold(hold_id: UUID, caller: PrincipalDep, holds: HoldServiceDep) -> CreditHoldResponse:
    """Read a hold that your organization pays for or has made."""
    return CreditHoldResponse.model_validate(await holds.get(hold_id, caller))


@router.post(
    "/{hold_id}/settle",
    summary="Settle a hold",
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[holds_credits],
)
async def settle_hold(
    hold_id: UUID, body: CreditHoldSettle, caller: PrincipalDep, holds: HoldServiceDep
) -> CreditHoldResponse:
    """Spend what the work took; the rest returns. The same again answers the same."""
    holder_id = await holds.require_holder(hold_id, caller)
    hold = await holds.settle(hold_id, body.amount, holder_id=holder_id)
    return CreditHoldResponse.model_validate(hold)


@router.post(
    "/{hold_id}/release",
    summary="Release a hold",
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[holds_credits],
)
async def release_hold(hold_id: UUID, caller: PrincipalDep, holds: HoldServiceDep) -> CreditHoldResponse:
    """Give back all that was held. The same again answers the same."""
    holder_id = await holds.require_holder(hold_id, caller)
    return CreditHoldResponse.model_validate(await holds.release(hold_id, holder_id=holder_id))
