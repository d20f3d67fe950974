"""Plans: everyone who is signed in sees them, operators make them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.api.access import credential
from app.api.dependencies.plan_service import PlanServiceDep
from app.api.dependencies.preconditions import NOT_MODIFIED, IfMatchDep, RevalidationDep
from app.api.etag import content_tag, version_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.page import Page, PageParams
from app.schemas.plan import PlanCreate, PlanResponse, PlanUpdate

router = APIRouter(prefix="/api/v1/plans", tags=["Plans"], route_class=StrictRoute)

signed_in = credential()


@router.get(
    "",
    summary="List plans",
    response_model=Page[PlanResponse],
    responses=NOT_MODIFIED | problem_responses(401, 429),
    dependencies=[signed_in],
)
async def list_plans(
    query: Annotated[PageParams, Query()], plans: PlanServiceDep, revalidation: RevalidationDep
) -> Page[PlanResponse] | Response:
    """List what organizations can subscribe to, with the limits of each."""
    page = Page[PlanResponse].model_validate(await plans.list(query))
    return revalidation.answer(page, content_tag(page))


@router.post(
    "",
    summary="Create a plan",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[credential(Scope.PLANS_WRITE, audit=AuditAction.PLAN_CREATED)],
)
async def create_plan(
    draft: PlanCreate, plans: PlanServiceDep, request: Request, response: Response
) -> PlanResponse:
    """Offer a new plan. A limit's `burst` is the limit itself unless said otherwise. Operators only."""
    plan = await plans.create(draft)
    response.headers["Location"] = request.app.url_path_for("read_plan", plan_id=plan.id)
    response.headers["ETag"] = version_tag(plan.version)
    return PlanResponse.model_validate(plan)


@router.get(
    "/{plan_id}",
    summary="Read a plan",
    response_model=PlanResponse,
    responses=NOT_MODIFIED | problem_responses(401, 404, 429),
    dependencies=[signed_in],
)
async def read_plan(
    plan_id: UUID, plans: PlanServiceDep, revalidation: RevalidationDep
) -> PlanResponse | Response:
    """Read a plan and its limits."""
    plan = await plans.get(plan_id)
    return revalidation.answer(PlanResponse.model_validate(plan), version_tag(plan.version))


@router.patch(
    "/{plan_id}",
    summary="Change a plan",
    responses=problem_responses(401, 403, 404, 409, 412, 429),
    dependencies=[credential(Scope.PLANS_WRITE, audit=AuditAction.PLAN_CHANGED)],
)
async def update_plan(
    plan_id: UUID, changes: PlanUpdate, plans: PlanServiceDep, precondition: IfMatchDep, response: Response
) -> PlanResponse:
    """Change a plan for all who are on it, from their very next call on. Operators only.

    `limits` replaces the whole list; what is used of a limit stays used.
    """
    plan = await plans.update(plan_id, changes, precondition=precondition)
    response.headers["ETag"] = version_tag(plan.version)
    return PlanResponse.model_validate(plan)
