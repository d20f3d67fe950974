"""Organizations: members see and name their own, operators put any on a plan or suspend it."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from app.api.access import credential
from app.api.dependencies.organization_service import OrganizationServiceDep
from app.api.dependencies.preconditions import NOT_MODIFIED, IfMatchDep, RevalidationDep
from app.api.dependencies.principal import PrincipalDep
from app.api.etag import version_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.organization import OrganizationResponse, OrganizationSubscription, OrganizationUpdate

router = APIRouter(prefix="/api/v1/organizations", tags=["Organizations"], route_class=StrictRoute)


@router.get(
    "/{organization_id}",
    summary="Read an organization",
    response_model=OrganizationResponse,
    responses=NOT_MODIFIED | problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_READ)],
)
async def read_organization(
    organization_id: UUID,
    caller: PrincipalDep,
    organizations: OrganizationServiceDep,
    revalidation: RevalidationDep,
) -> OrganizationResponse | Response:
    """Read your organization. Any other answers as absent, unless you are an operator."""
    organization = await organizations.get(organization_id, caller)
    return revalidation.answer(
        OrganizationResponse.model_validate(organization), version_tag(organization.version)
    )


@router.patch(
    "/{organization_id}",
    summary="Rename an organization",
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_WRITE, audit=AuditAction.ORGANIZATION_CHANGED)],
)
async def update_organization(
    organization_id: UUID,
    changes: OrganizationUpdate,
    caller: PrincipalDep,
    organizations: OrganizationServiceDep,
    precondition: IfMatchDep,
    response: Response,
) -> OrganizationResponse:
    """Change what an organization says of itself. Its plan is the operator's to change."""
    organization = await organizations.update(
        organization_id, changes, caller=caller, precondition=precondition
    )
    response.headers["ETag"] = version_tag(organization.version)
    return OrganizationResponse.model_validate(organization)


@router.put(
    "/{organization_id}/plan",
    summary="Put an organization on a plan",
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_MANAGE, audit=AuditAction.ORGANIZATION_PLAN_CHANGED)],
)
async def subscribe_organization(
    organization_id: UUID,
    subscription: OrganizationSubscription,
    caller: PrincipalDep,
    organizations: OrganizationServiceDep,
    precondition: IfMatchDep,
    response: Response,
) -> OrganizationResponse:
    """Change the plan from the very next call on. What is used of a limit stays used. Operators only."""
    organization = await organizations.subscribe(
        organization_id, plan_name=subscription.plan, caller=caller, precondition=precondition
    )
    response.headers["ETag"] = version_tag(organization.version)
    return OrganizationResponse.model_validate(organization)


@router.put(
    "/{organization_id}/suspension",
    summary="Suspend an organization",
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_MANAGE, audit=AuditAction.ORGANIZATION_SUSPENDED)],
)
async def suspend_organization(
    organization_id: UUID, caller: PrincipalDep, organizations: OrganizationServiceDep, response: Response
) -> OrganizationResponse:
    """Stop every session and key of an organization, from the next request on. Operators only."""
    organization = await organizations.suspend(organization_id, caller)
    response.headers["ETag"] = version_tag(organization.version)
    return OrganizationResponse.model_validate(organization)


@router.delete(
    "/{organization_id}/suspension",
    summary="Lift the suspension of an organization",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_MANAGE, audit=AuditAction.ORGANIZATION_RESUMED)],
)
async def resume_organization(
    organization_id: UUID, caller: PrincipalDep, organizations: OrganizationServiceDep
) -> None:
    """Let an organization's sessions and keys work again. Operators only."""
    await organizations.resume(organization_id, caller)
