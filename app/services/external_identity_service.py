"""Identities at providers: who they are here, and how they become ways to sign in."""

from collections.abc import Sequence
from uuid import UUID

from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.exceptions import (
    IdentityNotLinkedError,
    IdentityTakenError,
    LastLoginMethodError,
    NotFoundError,
    ProviderSignInError,
)
from app.core.provider_identity import ProviderIdentity
from app.core.security_notice import SecurityNotice
from app.models import ExternalIdentity
from app.repositories.external_identity_repository import ExternalIdentityRepository
from app.repositories.factor_repository import FactorRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.notice_service import NoticeService
from app.services.provider_attempt_service import ProvenIdentity
from app.services.provider_sign_up_service import ProviderSignUpService


class ExternalIdentityService:
    """Finds, links and unlinks identities. What decides is the issuer and the subject, never an address."""

    def __init__(
        self,
        identities: ExternalIdentityRepository,
        users: UserRepository,
        factors: FactorRepository,
        sign_ups: ProviderSignUpService,
        sessions: SessionRepository,
        *,
        notices: NoticeService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._identities = identities
        self._users = users
        self._factors = factors
        self._sign_ups = sign_ups
        self._sessions = sessions
        self._notices = notices
        self._audit = audit
        self._clock = clock

    async def list_own(self, user_id: UUID) -> Sequence[ExternalIdentity]:
        """A user's identities."""
        return await self._identities.list_by_user(user_id)

    async def user_of(self, proven: ProvenIdentity) -> UUID:
        """The user who signs in: known by this identity, or by an address that the provider vouches for.

        Raises:
            IdentityNotLinkedError: there is none, and none may be made. Whether an account has the address
                is told only to who has proved to own it.
            InvalidOneTimeTokenError: the invitation to sign up by is none, or no longer.
            InvitationForAnotherError: it was sent to another address.
        """
        identity = await self._identities.lock(proven.identity.issuer, proven.identity.subject)
        if identity is not None:
            await self._note_use(identity, proven)
            return identity.user_id
        email = proven.identity.email
        if email is None or not proven.identity.is_email_verified:
            raise IdentityNotLinkedError
        # The address of every account has been proved: the two proofs are about one mailbox.
        user = await self._users.find_by_email(email)
        if user is None:
            user = await self._sign_ups.sign_up(email, invitation_digest=proven.invitation_digest)
        await self._link(proven, user.id)
        return user.id

    async def require_known(self, proven: ProvenIdentity, user_id: UUID) -> None:
        """Go on only if this is how the user is known to the provider; it is noted as used.

        Raises:
            ProviderSignInError: it is nobody's identity, or another user's.
        """
        identity = await self._identities.lock(proven.identity.issuer, proven.identity.subject)
        if identity is None or identity.user_id != user_id:
            raise ProviderSignInError("somebody else has come back than whose session it is")
        await self._note_use(identity, proven)

    async def link(self, proven: ProvenIdentity, user_id: UUID) -> ExternalIdentity:
        """Let a user sign in by this identity from now on; linking again changes nothing and is told.

        Raises:
            IdentityTakenError: it is another user's.
            ProviderSignInError: the user has been disabled meanwhile.
        """
        # The identity before the user, as a sign-in does: the other way round they would wait for each other.
        known = await self._identities.lock(proven.identity.issuer, proven.identity.subject)
        user = await self._users.lock(user_id)
        if not user.is_active:
            raise ProviderSignInError("the user who wanted to link is disabled")
        if known is None:
            return await self._link(proven, user_id)
        if known.user_id != user_id:
            raise IdentityTakenError
        await self._record(AuditAction.PROVIDER_LINKED, known)
        return known

    async def unlink(self, identity_id: UUID, *, user_id: UUID) -> None:
        """Let nobody sign in by this identity any more; no session of the user is fresh after that.

        Raises:
            NotFoundError: there is none, or it is another's.
            LastLoginMethodError: it is the user's last way to sign in.
        """
        seen = await self._identities.get_by_user(identity_id, user_id)
        await self._identities.lock(seen.issuer, seen.subject)
        # Who removes another way at the same moment waits here, and counts what is left.
        await self._users.lock(user_id)
        identity = await self._identities.get_by_user(identity_id, user_id)
        await self._identities.delete(identity)
        if not await self._factors.count_ways_to_sign_in(user_id):
            raise LastLoginMethodError
        # Whoever signed in by it may not have been the owner: for what is sensitive all prove anew.
        await self._sessions.lower_assurance(user_id)
        await self._tell(AuditAction.PROVIDER_UNLINKED, SecurityNotice.PROVIDER_UNLINKED, identity)

    async def _note_use(self, identity: ExternalIdentity, proven: ProvenIdentity) -> None:
        try:
            # Before the row: who deletes the account holds the user and waits for what belongs to them.
            await self._users.lock(identity.user_id)
        except NotFoundError as error:
            raise ProviderSignInError("the account has just been deleted") from error
        identity.note_use(self._clock(), proven.identity.email)
        await self._identities.save(identity)

    async def _link(self, proven: ProvenIdentity, user_id: UUID) -> ExternalIdentity:
        identity = await self._identities.save(new_identity(proven.provider, proven.identity, user_id))
        identity.note_use(self._clock(), proven.identity.email)
        await self._tell(AuditAction.PROVIDER_LINKED, SecurityNotice.PROVIDER_LINKED, identity)
        return identity

    async def _tell(self, action: AuditAction, notice: SecurityNotice, identity: ExternalIdentity) -> None:
        await self._record(action, identity)
        await self._notices.tell(notice, identity.user_id, subject=identity.provider)

    async def _record(self, action: AuditAction, identity: ExternalIdentity) -> None:
        details = {"provider": identity.provider}
        target = f"identity:{identity.id}"
        await self._audit.record(action, actor_id=identity.user_id, target=target, details=details)


def new_identity(provider: str, identity: ProviderIdentity, user_id: UUID) -> ExternalIdentity:
    """A row for this identity."""
    return ExternalIdentity(
        user_id=user_id,
        provider=provider,
        issuer=identity.issuer,
        subject=identity.subject,
        email=identity.email,
    )
