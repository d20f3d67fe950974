"""Thresholds: organizations say at which balances they want to be told, and read when that was."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.access import credential
from app.api.dependencies.preconditions import NOT_MODIFIED, RevalidationDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.threshold_service import ThresholdServiceDep
from app.api.etag import content_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.credit import CreditQuery
from app.schemas.credit_event import (
    CreditEventQuery,
    CreditEventResponse,
    CreditThresholdsResponse,
    CreditThresholdsUpdate,
)
from app.schemas.page import CursorPage

router = APIRouter(prefix="/api/v1/credits", tags=["Credits"], route_class=StrictRoute)

reads = credential(Scope.CREDITS_READ)


@router.get(
    "/thresholds",
    summary="Read the thresholds",
    response_model=CreditThresholdsResponse,
    responses=NOT_MODIFIED | problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def read_thresholds(
    query: Annotated[CreditQuery, Query()],
    caller: PrincipalDep,
    thresholds: ThresholdServiceDep,
    revalidation: RevalidationDep,
) -> CreditThresholdsResponse | Response:
    """Read at which balances your organization is told."""
    answer = await thresholds.get(caller, organization_id=query.organization_id)
    return revalidation.answer(answer, content_tag(answer))


@router.put(
    "/thresholds",
    summary="Set the thresholds",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_WRITE, audit=AuditAction.CREDIT_THRESHOLDS_CHANGED)],
)
async def replace_thresholds(
    query: Annotated[CreditQuery, Query()],
    wanted: CreditThresholdsUpdate,
    caller: PrincipalDep,
    thresholds: ThresholdServiceDep,
    response: Response,
) -> CreditThresholdsResponse:
    """Say at which balances to be told, from the very next movement on; an empty list: at none.

    Whenever the credits that are available fall to a threshold or past it, there is one event. It comes
    again when they have been above it and fall once more.
    """
    answer = await thresholds.replace(wanted.thresholds, caller, organization_id=query.organization_id)
    response.headers["ETag"] = content_tag(answer)
    return answer


@router.get(
    "/events",
    summary="List credit events",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def list_credit_events(
    query: Annotated[CreditEventQuery, Query()], caller: PrincipalDep, thresholds: ThresholdServiceDep
) -> CursorPage[CreditEventResponse]:
    """List when your organization's credits fell to a threshold, newest first."""
    stretch = await thresholds.read_events(caller, query, organization_id=query.organization_id)
    return CursorPage[CreditEventResponse].model_validate(stretch)
