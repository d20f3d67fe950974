"""An organization's members: everybody there sees them, owners and admins decide about them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.api.access import credential, fresh_session
from app.api.dependencies.member_service import MemberServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.member import MemberResponse, MemberUpdate, OwnershipTransfer
from app.schemas.page import Page, PageParams

router = APIRouter(
    prefix="/api/v1/organizations/{organization_id}", tags=["Members"], route_class=StrictRoute
)


@router.get(
    "/members",
    summary="List members",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_READ)],
)
async def list_members(
    organization_id: UUID,
    query: Annotated[PageParams, Query()],
    caller: PrincipalDep,
    members: MemberServiceDep,
) -> Page[MemberResponse]:
    """List who belongs to your organization, those first who joined first."""
    return Page[MemberResponse].model_validate(await members.list(organization_id, query, caller))


@router.patch(
    "/members/{user_id}",
    summary="Change a member's role",
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[fresh_session(Scope.ORGANIZATIONS_WRITE, audit=AuditAction.MEMBER_ROLE_CHANGED)],
)
async def update_member(
    organization_id: UUID,
    user_id: UUID,
    changes: MemberUpdate,
    caller: PrincipalDep,
    members: MemberServiceDep,
) -> MemberResponse:
    """Give a member another role, from the very next request on. Nobody reaches above their own role.

    A lower role takes from the member's API keys, at once, what it does not have. Invitations to a role that
    the member may no longer give are revoked. The last owner stays one.
    """
    member = await members.change_role(organization_id, user_id, changes.role, caller=caller)
    return MemberResponse.model_validate(member)


@router.delete(
    "/members/{user_id}",
    summary="Remove a member",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[fresh_session(Scope.ORGANIZATIONS_WRITE, audit=AuditAction.MEMBER_REMOVED)],
)
async def remove_member(
    organization_id: UUID, user_id: UUID, caller: PrincipalDep, members: MemberServiceDep
) -> None:
    """End a membership, from the very next request on.

    The API keys that the member made for the organization are revoked, and their open invitations too. Their
    sessions go on in another organization of theirs. The last owner cannot be removed.
    """
    await members.remove(organization_id, user_id, caller=caller)


@router.put(
    "/ownership",
    summary="Hand the organization over",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[fresh_session(Scope.ORGANIZATIONS_WRITE, audit=AuditAction.OWNERSHIP_TRANSFERRED)],
)
async def transfer_ownership(
    organization_id: UUID, transfer: OwnershipTransfer, caller: PrincipalDep, members: MemberServiceDep
) -> MemberResponse:
    """Make another member an owner in your place. You stay, as an admin. For owners."""
    heir = await members.transfer(organization_id, transfer.user_id, caller=caller)
    return MemberResponse.model_validate(heir)
