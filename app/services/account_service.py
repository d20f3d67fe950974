"""The end of an account, for a while or for good."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.exceptions import LastOwnerError
from app.core.person import Person
from app.core.security_notice import SecurityNotice
from app.repositories.invitation_repository import InvitationRepository
from app.repositories.membership_repository import MembershipRepository
from app.repositories.one_time_token_repository import OneTimeTokenRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.credential_service import CredentialService
from app.services.notice_service import NoticeService


class AccountService:
    """Deactivates and deletes accounts, each for its own person."""

    def __init__(
        self,
        users: UserRepository,
        memberships: MembershipRepository,
        organizations: OrganizationRepository,
        tokens: OneTimeTokenRepository,
        invitations: InvitationRepository,
        *,
        credentials: CredentialService,
        notices: NoticeService,
        audit: AuditService,
    ) -> None:
        self._users = users
        self._memberships = memberships
        self._organizations = organizations
        self._tokens = tokens
        self._invitations = invitations
        self._credentials = credentials
        self._notices = notices
        self._audit = audit

    async def deactivate(self, person: Person) -> None:
        """Stop an account with its sessions and keys, from the next request on, until it is enabled again.

        Raises:
            LastOwnerError: others would be left in an organization without an owner who can sign in.
        """
        await self._memberships.lock_organizations_of(person.id)
        await self._require_owners_besides(person.id)
        user = await self._users.lock(person.id)
        user.change(is_active=False)
        await self._users.save(user)
        await self._credentials.end_all(user.id)
        await self._notices.tell(SecurityNotice.ACCOUNT_DEACTIVATED, user.id)
        await self._audit.record(AuditAction.ACCOUNT_DEACTIVATED, target=f"user:{user.id}")

    async def delete(self, person: Person) -> None:
        """Forget a person, with all that was theirs alone; ledger and audit trail keep an id without a name.

        Organizations in which nobody else is are closed: without name, keys and posts. What others share
        stays theirs, posts without an author.

        Raises:
            LastOwnerError: others would be left in an organization without an owner who can sign in.
        """
        # Organizations before people, as who removes a member does: the other way round they would wait for
        # each other.
        await self._memberships.lock_organizations_of(person.id)
        user = await self._users.lock(person.id)
        await self._leave_organizations(user.id)
        await self._notices.tell(SecurityNotice.ACCOUNT_DELETED, user.id)
        await self._audit.record(AuditAction.ACCOUNT_DELETED, target=f"user:{user.id}")
        await self._tokens.delete_of_address(user.email)
        await self._invitations.forget_address(user.email)
        await self._users.delete(user)

    async def _leave_organizations(self, user_id: UUID) -> None:
        # Locked, so that nobody joins or leaves between the look and the deed.
        await self._memberships.lock_organizations_of(user_id)
        await self._require_owners_besides(user_id)
        for organization_id in await self._memberships.list_alone_in(user_id):
            await self._organizations.close(organization_id)

    async def _require_owners_besides(self, user_id: UUID) -> None:
        if await self._memberships.find_left_ownerless(user_id):
            raise LastOwnerError
