"""The members of an organization, as those see them who rule it."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.exceptions import InvalidFieldError
from app.core.principal import Principal
from app.core.roles import Role
from app.core.security_notice import SecurityNotice
from app.models import Membership
from app.repositories.base_repository import EntityPage
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.schemas.page import PageParams
from app.services.audit_service import AuditService, Detail
from app.services.departure_service import DepartureService
from app.services.member_authority import MemberAuthority, require_reach
from app.services.notice_service import NoticeService


class MemberService:
    """Lists members, changes their roles and removes them; nobody reaches above their own role."""

    def __init__(
        self,
        organizations: OrganizationRepository,
        members: MembershipRepository,
        authority: MemberAuthority,
        departures: DepartureService,
        audit: AuditService,
        notices: NoticeService,
    ) -> None:
        self._organizations = organizations
        self._members = members
        self._authority = authority
        self._departures = departures
        self._audit = audit
        self._notices = notices

    async def list(
        self, organization_id: UUID, query: PageParams, caller: Principal
    ) -> EntityPage[Membership]:
        """A page of an organization's members.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        organization = await self._organizations.get_within(organization_id, caller.realm)
        return await self._members.page_of_organization(organization.id, query)

    async def change_role(
        self, organization_id: UUID, user_id: UUID, role: Role, *, caller: Principal
    ) -> Membership:
        """Give a member another role, from the very next request on, and tell them by mail.

        Raises:
            NotFoundError: there is no such organization or member, or it is not the caller's.
            InsufficientRoleError: the member, or the role, is above the caller's own.
            LastOwnerError: nobody else owns the organization.
        """
        actor = await self._authority.claim(organization_id, caller)
        member = await self._members.get_of(organization_id, user_id)
        before = member.rank
        require_reach(actor, before, role)
        await self._change_role(member, role)
        await self._tell(AuditAction.MEMBER_ROLE_CHANGED, member, before=before.value, role=role.value)
        return member

    async def remove(self, organization_id: UUID, user_id: UUID, *, caller: Principal) -> None:
        """End a membership, from the very next request on, with the keys that the member made.

        Raises:
            NotFoundError: there is no such organization or member, or it is not the caller's.
            InsufficientRoleError: the member is above the caller.
            LastOwnerError: nobody else owns the organization.
        """
        actor = await self._authority.claim(organization_id, caller)
        member = await self._members.get_of(organization_id, user_id)
        require_reach(actor, member.rank)
        revoked = await self._departures.depart(member)
        await self._tell(AuditAction.MEMBER_REMOVED, member, role=member.role, revoked_keys=revoked)

    async def transfer(self, organization_id: UUID, user_id: UUID, *, caller: Principal) -> Membership:
        """Make a member an owner in the caller's place, who stays as an admin.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
            InsufficientRoleError: the caller does not own it.
            InvalidFieldError: there is no such member who can sign in, or it is the caller.
        """
        actor = await self._authority.claim(organization_id, caller)
        require_reach(actor, Role.OWNER)
        heir = await self._members.find_of(organization_id, user_id)
        if heir is None or not heir.user.is_active or user_id == caller.user_id:
            raise InvalidFieldError("/user_id", "Must be another member.", code="unknown_member")
        await self._change_role(heir, Role.OWNER)
        owner = await self._members.find_of(organization_id, caller.user_id)
        if owner is not None:
            # An operator who settles a customer's affairs has no place there to give up.
            await self._change_role(owner, Role.ADMIN)
        await self._tell(AuditAction.OWNERSHIP_TRANSFERRED, heir)
        return heir

    async def _change_role(self, member: Membership, role: Role) -> None:
        before = member.rank
        await self._departures.change_role(member, role)
        if role is not before:
            organization = await self._organizations.get(member.organization_id)
            subject = f"{organization.name}: {role.value}"
            await self._notices.tell(SecurityNotice.ROLE_CHANGED, member.user_id, subject=subject)

    async def _tell(self, action: AuditAction, member: Membership, **details: Detail) -> None:
        await self._audit.record(
            action,
            organization_id=member.organization_id,
            target=f"user:{member.user_id}",
            details=details,
        )
