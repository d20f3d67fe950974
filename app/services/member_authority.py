"""With which role somebody rules an organization."""

from uuid import UUID

from app.core.exceptions import InsufficientRoleError
from app.core.principal import Principal
from app.core.roles import Role
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository


class MemberAuthority:
    """Says what a caller may decide about others, as it is at this moment and stays until the commit."""

    def __init__(self, organizations: OrganizationRepository, members: MembershipRepository) -> None:
        self._organizations = organizations
        self._members = members

    async def claim(self, organization_id: UUID, caller: Principal) -> Role:
        """The role with which the caller rules; until the commit nobody else changes who belongs there.

        Whatever changes members or invitations begins here, so the organization is always locked first.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
            InsufficientRoleError: the caller does not rule it, or no longer.
        """
        await self._organizations.lock(caller.choose_organization(organization_id))
        if caller.realm is None:
            return Role.OWNER
        role = await self._members.find_role(organization_id, caller.user_id)
        if role is None or not role.rules:
            raise InsufficientRoleError
        return role


def require_reach(actor: Role, *roles: Role) -> None:
    """Go on only if nothing that is touched or given is above the actor's own role.

    Raises:
        InsufficientRoleError: something is.
    """
    if not all(actor.reaches(role) for role in roles):
        raise InsufficientRoleError
