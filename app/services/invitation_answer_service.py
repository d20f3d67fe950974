"""Invitations, as those see them who receive them."""

from uuid import UUID

from app.core import opaque_tokens
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import InvalidOneTimeTokenError, InvitationForAnotherError
from app.core.opaque_tokens import TokenPurpose
from app.core.person import Person
from app.models import Membership
from app.repositories.invitation_repository import InvitationRepository, OfferedPlace
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits


class InvitationAnswerService:
    """Answers invitations, each once. The token was mailed: who has it can read the invited address."""

    def __init__(
        self,
        invitations: InvitationRepository,
        organizations: OrganizationRepository,
        members: MembershipRepository,
        users: UserRepository,
        *,
        limits: AuthLimits,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._invitations = invitations
        self._organizations = organizations
        self._members = members
        self._users = users
        self._limits = limits
        self._audit = audit
        self._clock = clock

    async def accept(self, token: str, person: Person, client: Client) -> Membership:
        """Take the offered place, with the account of the address that was invited.

        Raises:
            RateLimitedError: too many attempts.
            InvalidOneTimeTokenError: there is no such invitation, or no longer.
            InvitationForAnotherError: it was sent to another address.
            ConflictError: the person is a member already.
        """
        await self._limits.take(AuthAction.ACCEPT_INVITATION, account=None, address=client.address)
        place = await self.take(token)
        if place.email != person.email:
            raise InvitationForAnotherError
        await self.settle(place, person.id)
        return await self._members.get_with_organization(place.organization_id, person.id)

    async def decline(self, token: str, client: Client) -> None:
        """Turn the offer down.

        Raises:
            RateLimitedError: too many attempts.
            InvalidOneTimeTokenError: there is no such invitation, or no longer.
        """
        await self._limits.take(AuthAction.ACCEPT_INVITATION, account=None, address=client.address)
        place = await self._invitations.take(digest_of(token), now=self._clock())
        if place is None:
            raise InvalidOneTimeTokenError
        await self._tell(AuditAction.INVITATION_DECLINED, place, actor_id=None)

    async def take(self, token: str) -> OfferedPlace:
        """Use an invitation up; its organization's members stay as they are until the commit.

        Raises:
            InvalidOneTimeTokenError: there is none, or whoever sent it may no longer offer such a place.
        """
        return await self.take_by_digest(digest_of(token))

    async def take_by_digest(self, digest: bytes) -> OfferedPlace:
        """The same, for who has kept only what the token is stored as.

        Raises:
            InvalidOneTimeTokenError: there is none, or whoever sent it may no longer offer such a place.
        """
        now = self._clock()
        organization_id = await self._invitations.find_organization(digest, now=now)
        if organization_id is None:
            raise InvalidOneTimeTokenError
        await self._organizations.lock(organization_id)
        place = await self._invitations.take(digest, now=now)
        if place is None or not await self._stands(place):
            raise InvalidOneTimeTokenError
        return place

    async def settle(self, place: OfferedPlace, user_id: UUID) -> None:
        """Give somebody the place that an invitation has offered.

        Raises:
            ConflictError: they are a member already.
        """
        await self._members.join(user_id, organization_id=place.organization_id, role=place.role)
        await self._tell(AuditAction.INVITATION_ACCEPTED, place, actor_id=user_id)

    async def _stands(self, place: OfferedPlace) -> bool:
        """Whether who has sent the invitation could send it now."""
        role = await self._members.find_role(place.organization_id, place.invited_by)
        if role is not None and role.rules and role.reaches(place.role):
            return True
        return (await self._users.get(place.invited_by)).is_operator

    async def _tell(self, action: AuditAction, place: OfferedPlace, *, actor_id: UUID | None) -> None:
        await self._audit.record(
            action,
            actor_id=actor_id,
            organization_id=place.organization_id,
            target=f"invitation:{place.invitation_id}",
            details={"role": place.role},
        )


def digest_of(token: str) -> bytes:
    """What an invitation's token is stored as.

    Raises:
        InvalidOneTimeTokenError: it cannot be one.
    """
    digest = opaque_tokens.digest_of(token, TokenPurpose.INVITATION)
    if digest is None:
        raise InvalidOneTimeTokenError
    return digest
