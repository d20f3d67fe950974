"""A person's own places: the organizations they belong to."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.exceptions import ConflictError, NotFoundError
from app.core.principal import Principal
from app.models import Membership, Organization
from app.repositories.base_repository import EntityPage
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.user_repository import UserRepository
from app.schemas.page import PageParams
from app.services.audit_service import AuditService
from app.services.departure_service import DepartureService
from app.services.organization_service import FIRST_PLAN, OrganizationService


class MembershipService:
    """Lists a person's organizations, founds another, and lets them leave one."""

    def __init__(
        self,
        members: MembershipRepository,
        organizations: OrganizationRepository,
        users: UserRepository,
        founding: OrganizationService,
        departures: DepartureService,
        audit: AuditService,
        *,
        owned_max: int,
    ) -> None:
        self._members = members
        self._organizations = organizations
        self._users = users
        self._founding = founding
        self._departures = departures
        self._audit = audit
        self._owned_max = owned_max

    async def list_own(self, query: PageParams, caller: Principal) -> EntityPage[Membership]:
        """A page of the places that the caller has, the oldest first."""
        return await self._members.page_of_user(caller.user_id, query)

    async def found(self, name: str, caller: Principal) -> Organization:
        """Found another organization, which the caller owns.

        Raises:
            ConflictError: the caller owns as many as one may.
        """
        # Without the lock two calls at once would both see the last free place.
        await self._users.lock(caller.user_id)
        if await self._members.count_owned(caller.user_id) >= self._owned_max:
            message = f"A person owns at most {self._owned_max} organizations."
            raise ConflictError(message)
        organization = await self._founding.create(name, plan_name=FIRST_PLAN, owner_id=caller.user_id)
        await self._audit.record(
            AuditAction.ORGANIZATION_CREATED,
            organization_id=organization.id,
            target=f"organization:{organization.id}",
        )
        return organization

    async def leave(self, organization_id: UUID, caller: Principal) -> None:
        """End the caller's own membership, with the keys that they made there.

        Raises:
            NotFoundError: there is no such organization, or the caller does not belong to it.
            LastOwnerError: nobody else owns it.
        """
        if await self._members.find_role(organization_id, caller.user_id) is None:
            # Before the lock: nobody holds up an organization that is not theirs.
            noun = "organization"
            raise NotFoundError(noun)
        await self._organizations.lock(organization_id)
        member = await self._members.get_of(organization_id, caller.user_id)
        revoked = await self._departures.depart(member)
        await self._audit.record(
            AuditAction.MEMBER_LEFT,
            organization_id=organization_id,
            target=f"user:{caller.user_id}",
            details={"role": member.role, "revoked_keys": revoked},
        )
