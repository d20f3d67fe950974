"""What ends with a place in an organization: all that its holder had only by it."""

from uuid import UUID

from app.core.clock import Clock
from app.core.exceptions import LastOwnerError
from app.core.roles import Role
from app.core.security_notice import SecurityNotice
from app.models import Membership
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.invitation_repository import InvitationRepository
from app.repositories.membership_repository import MembershipRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.notice_service import NoticeService
from app.services.organization_service import OrganizationService


class DepartureService:
    """Ends and lowers memberships. The organization is locked by whoever calls."""

    def __init__(
        self,
        members: MembershipRepository,
        invitations: InvitationRepository,
        keys: ApiKeyRepository,
        sessions: SessionRepository,
        users: UserRepository,
        organizations: OrganizationService,
        *,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._members = members
        self._invitations = invitations
        self._keys = keys
        self._sessions = sessions
        self._users = users
        self._organizations = organizations
        self._notices = notices
        self._clock = clock

    async def depart(self, member: Membership) -> int:
        """End a membership, with the keys and invitations that rest on it; how many keys that ended.

        The person is told by mail. Their sessions go on in another organization of theirs; one is founded for
        who has none.

        Raises:
            LastOwnerError: nobody else owns the organization.
        """
        organization_id, user_id = member.organization_id, member.user_id
        await self._require_another_owner(member)
        await self._members.delete(member)
        await self._invitations.forget_those_of(organization_id, user_id, roles=list(Role))
        revoked = await self._keys.revoke_of_creator(organization_id, user_id, self._clock())
        await self._settle_elsewhere(user_id, organization_id)
        name = await self._members.name_of_organization(organization_id)
        await self._notices.tell(SecurityNotice.MEMBERSHIP_ENDED, user_id, subject=name)
        return revoked

    async def change_role(self, member: Membership, role: Role) -> None:
        """Give a member another role; what they have offered others and no longer may is taken back.

        Keys need no change: the gate gives them no more than their creator has.

        Raises:
            LastOwnerError: nobody else owns the organization.
        """
        if role is not Role.OWNER:
            await self._require_another_owner(member)
        member.role = role
        await self._members.save(member)
        beyond = [each for each in Role if not (role.rules and role.reaches(each))]
        await self._invitations.forget_those_of(member.organization_id, member.user_id, roles=beyond)

    async def _require_another_owner(self, member: Membership) -> None:
        if member.rank is not Role.OWNER:
            return
        if not await self._members.has_owner_besides(member.organization_id, member.user_id):
            raise LastOwnerError

    async def _settle_elsewhere(self, user_id: UUID, organization_id: UUID) -> None:
        # Who leaves two organizations at once must not be settled by each in the other.
        user = await self._users.lock(user_id)
        home = await self._members.find_home(user_id)
        if home is None:
            home = (await self._organizations.create_personal(user)).id
        await self._sessions.move(user_id, from_id=organization_id, to_id=home)
