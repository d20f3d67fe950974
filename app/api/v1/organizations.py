"""Organizations: members see and name their own, operators put any on a plan or suspend it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.api.access import credential, session
from app.api.dependencies.membership_service import MembershipServiceDep
from app.api.dependencies.organization_service import OrganizationServiceDep
from app.api.dependencies.preconditions import NOT_MODIFIED, IfMatchDep, RevalidationDep
from app.api.dependencies.principal import PrincipalDep
from app.api.etag import version_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.member import MembershipResponse
from app.schemas.organization import (
    OrganizationCreate,
    OrganizationResponse,
    OrganizationSubscription,
    OrganizationUpdate,
)
from app.schemas.page import Page, PageParams

router = APIRouter(prefix="/api/v1/organizations", tags=["Organizations"], route_class=StrictRoute)


@router.get(
    "",
    summary="List your organizations",
    responses=problem_responses(401, 403, 429),
    dependencies=[session()],
)
async def list_own_organizations(
    query: Annotated[PageParams, Query()], caller: PrincipalDep, memberships: MembershipServiceDep
) -> Page[MembershipResponse]:
    """List where you belong, with your role in each. Name one in `X-Organization` to act there."""
    return Page[MembershipResponse].model_validate(await memberships.list_own(query, caller))


@router.post(
    "",
    summary="Found an organization",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[session(audit=AuditAction.ORGANIZATION_CREATED)],
)
async def create_organization(
    draft: OrganizationCreate,
    caller: PrincipalDep,
    memberships: MembershipServiceDep,
    request: Request,
    response: Response,
) -> OrganizationResponse:
    """Found another organization, which you own, on the plan `free`."""
    organization = await memberships.found(draft.name, caller)
    response.headers["Location"] = request.app.url_path_for(
        "read_organization", organization_id=organization.id
    )
    response.headers["ETag"] = version_tag(organization.version)
    return OrganizationResponse.model_validate(organization)


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


@router.delete(
    "/{organization_id}/membership",
    summary="Leave an organization",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[session(audit=AuditAction.MEMBER_LEFT)],
)
async def leave_organization(
    organization_id: UUID, caller: PrincipalDep, memberships: MembershipServiceDep
) -> None:
    """Leave one of your organizations, from the very next request on, whichever you act in now.

    The API keys that you made for it are revoked, and your open invitations too. Sessions that were opened
    in it go on in another organization of yours. The last owner cannot leave.
    """
    await memberships.leave(organization_id, caller)


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
    """Change the plan, and what was agreed besides, from the very next call on. Operators only.

    What is used of a limit stays used. A limit that was agreed with the organization counts in the place of
    its plan's limit of the same name.
    """
    organization = await organizations.subscribe(
        organization_id, subscription, caller=caller, precondition=precondition
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
