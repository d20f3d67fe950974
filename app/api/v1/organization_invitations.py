"""An organization's invitations: places that are offered by mail."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.api.access import credential, fresh_session, session
from app.api.dependencies.client import ClientDep
from app.api.dependencies.invitation_service import InvitationServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.session_principal import PersonDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.scopes import Scope
from app.schemas.invitation import InvitationCreate, InvitationResponse
from app.schemas.page import Page, PageParams

router = APIRouter(
    prefix="/api/v1/organizations/{organization_id}/invitations", tags=["Members"], route_class=StrictRoute
)


@router.get(
    "",
    summary="List open invitations",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.ORGANIZATIONS_READ)],
)
async def list_invitations(
    organization_id: UUID,
    query: Annotated[PageParams, Query()],
    caller: PrincipalDep,
    invitations: InvitationServiceDep,
) -> Page[InvitationResponse]:
    """List the invitations that nobody has answered yet, newest first."""
    return Page[InvitationResponse].model_validate(await invitations.list(organization_id, query, caller))


@router.post(
    "",
    summary="Invite somebody",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[
        fresh_session(
            Scope.ORGANIZATIONS_WRITE,
            attempts=(AuthAction.SEND_INVITATIONS, AuthAction.INVITE),
            audit=AuditAction.INVITATION_CREATED,
        )
    ],
)
async def create_invitation(
    organization_id: UUID,
    draft: InvitationCreate,
    caller: PrincipalDep,
    inviter: PersonDep,
    client: ClientDep,
    invitations: InvitationServiceDep,
) -> InvitationResponse:
    """Offer somebody a place, by mail, for seven days. Nobody offers a role above their own.

    Whether the address has an account makes no difference. Each address has one open invitation to an
    organization; revoke it to send another. If you leave, or lose the right, your open invitations end.
    """
    invitation = await invitations.create(
        organization_id, draft, caller=caller, inviter=inviter, client=client
    )
    return InvitationResponse.model_validate(invitation)


@router.delete(
    "/{invitation_id}",
    summary="Revoke an invitation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[session(Scope.ORGANIZATIONS_WRITE, audit=AuditAction.INVITATION_REVOKED)],
)
async def revoke_invitation(
    organization_id: UUID, invitation_id: UUID, caller: PrincipalDep, invitations: InvitationServiceDep
) -> None:
    """Take an invitation back. The link that was mailed leads nowhere from now on."""
    await invitations.revoke(organization_id, invitation_id, caller=caller)
