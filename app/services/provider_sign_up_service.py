"""Signing up through a provider: no password, and an address that the provider vouches for."""

from app.core.audit import AuditAction
from app.core.exceptions import IdentityNotLinkedError, InvitationForAnotherError
from app.core.sign_up_policy import SignUpPolicy
from app.models import User
from app.repositories.invitation_repository import OfferedPlace
from app.services.audit_service import AuditService
from app.services.invitation_answer_service import InvitationAnswerService
from app.services.registration_service import RegistrationService


class ProviderSignUpService:
    """Makes accounts for people whose address a trusted provider has verified."""

    def __init__(
        self,
        people: RegistrationService,
        invitations: InvitationAnswerService,
        audit: AuditService,
        *,
        policy: SignUpPolicy,
    ) -> None:
        self._people = people
        self._invitations = invitations
        self._audit = audit
        self._policy = policy

    async def sign_up(self, email: str, *, invitation_digest: bytes | None) -> User:
        """Make the account of a new address, with the place that an invitation to this address offers.

        Raises:
            IdentityNotLinkedError: nobody may sign up, or only who is invited.
            InvalidOneTimeTokenError: there is no such invitation, or no longer.
            InvitationForAnotherError: it was sent to another address; it stays good.
        """
        place = await self._place(email, invitation_digest)
        registration = await self._people.enrol(User(email=email))
        user = registration.user
        await self._audit.record(
            AuditAction.SIGNED_UP,
            actor_id=user.id,
            organization_id=registration.organization_id,
            target=f"user:{user.id}",
        )
        if place is not None:
            await self._invitations.settle(place, user.id)
        return user

    async def _place(self, email: str, invitation_digest: bytes | None) -> OfferedPlace | None:
        if self._policy is SignUpPolicy.CLOSED:
            raise IdentityNotLinkedError
        if invitation_digest is None:
            if self._policy is SignUpPolicy.INVITE_ONLY:
                raise IdentityNotLinkedError
            return None
        place = await self._invitations.take_by_digest(invitation_digest)
        # Two proofs about one mailbox: the mail was read there, and the provider knows whose it is.
        if place.email != email:
            raise InvitationForAnotherError
        return place
