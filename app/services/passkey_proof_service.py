"""Asking passkeys, and believing their answers once."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.core.audit import AuditAction, AuditOutcome
from app.core.clock import Clock
from app.core.relying_party import (
    CHALLENGE_BYTES,
    Credential,
    KnownCredential,
    NewCredential,
    Options,
    RelyingParty,
    UserVerification,
    digest_of,
    read_assertion,
    read_challenge,
)
from app.core.security_notice import SecurityNotice
from app.models import Passkey, PasskeyChallenge
from app.repositories.passkey_challenge_repository import PasskeyChallengeRepository
from app.repositories.passkey_repository import PasskeyRepository
from app.services.audit_service import AuditService
from app.services.notice_service import NoticeService

CHALLENGE_LIFETIME = timedelta(minutes=5)


class ChallengePurpose(StrEnum):
    """What an answer is good for; an answer to one question answers no other."""

    REGISTRATION = "registration"
    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    REAUTHENTICATION = "reauthentication"


class PasskeyProofService:
    """Makes challenges and checks the answers; the first answer, right or wrong, uses a challenge up."""

    def __init__(
        self,
        passkeys: PasskeyRepository,
        challenges: PasskeyChallengeRepository,
        party: RelyingParty,
        *,
        audit: AuditService,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._passkeys = passkeys
        self._challenges = challenges
        self._party = party
        self._audit = audit
        self._notices = notices
        self._clock = clock

    async def ask_for_new(self, user_id: UUID, email: str) -> Options:
        """What a browser needs to make a passkey of the user."""
        known = known_credentials(await self._passkeys.list_by_user(user_id))
        challenge = await self._challenge(ChallengePurpose.REGISTRATION, user_id)
        return self._party.creation_options(challenge, user_id=user_id, email=email, known=known)

    async def ask_anybody(self) -> Options:
        """What a browser needs to ask for any passkey of ours; its device must verify the person."""
        challenge = await self._challenge(ChallengePurpose.SIGN_IN, None)
        return self._party.request_options(challenge, known=(), verification=UserVerification.REQUIRED)

    async def ask(self, user_id: UUID) -> Options:
        """What a browser needs to ask for a passkey of this user, who has proved another factor."""
        return await self._ask(user_id, ChallengePurpose.SECOND_FACTOR, UserVerification.PREFERRED)

    async def ask_again(self, user_id: UUID) -> Options:
        """What a browser needs to ask for a passkey of this user alone; its device must verify the person."""
        return await self._ask(user_id, ChallengePurpose.REAUTHENTICATION, UserVerification.REQUIRED)

    async def check_new(self, user_id: UUID, credential: Credential) -> NewCredential | None:
        """The passkey that the user's device has made; None when the answer is not to be believed."""
        challenge = read_challenge(credential)
        if challenge is None or not await self._take(challenge, ChallengePurpose.REGISTRATION, user_id):
            return None
        return self._party.check_registration(credential, challenge)

    async def prove_anybody(self, credential: Credential) -> UUID | None:
        """Whose passkey has answered, its device having verified them; None refuses.

        What a refusal changes must be kept.
        """
        assertion = read_assertion(credential)
        if assertion is None or not await self._take(assertion.challenge, ChallengePurpose.SIGN_IN, None):
            return None
        passkey = await self._passkeys.find_usable(assertion.credential_id)
        # The person is the one that the device names, and the one that the passkey belongs to: both.
        if passkey is None or assertion.user_handle != passkey.user_id.bytes:
            return None
        return await self._check(passkey, credential, assertion.challenge, UserVerification.REQUIRED)

    async def prove(self, user_id: UUID, credential: Credential) -> bool:
        """Whether a passkey of this user has answered; what a refusal changes must be kept."""
        return await self._prove(
            user_id, credential, ChallengePurpose.SECOND_FACTOR, UserVerification.PREFERRED
        )

    async def prove_again(self, user_id: UUID, credential: Credential) -> bool:
        """The same for who proves nothing else: the device must have verified them."""
        return await self._prove(
            user_id, credential, ChallengePurpose.REAUTHENTICATION, UserVerification.REQUIRED
        )

    async def _ask(self, user_id: UUID, purpose: ChallengePurpose, verification: UserVerification) -> Options:
        usable = [each for each in await self._passkeys.list_by_user(user_id) if each.suspected_at is None]
        challenge = await self._challenge(purpose, user_id)
        return self._party.request_options(
            challenge, known=known_credentials(usable), verification=verification
        )

    async def _prove(
        self, user_id: UUID, credential: Credential, purpose: ChallengePurpose, verification: UserVerification
    ) -> bool:
        assertion = read_assertion(credential)
        if assertion is None or not await self._take(assertion.challenge, purpose, user_id):
            return False
        passkey = await self._passkeys.find_usable(assertion.credential_id)
        if passkey is None or passkey.user_id != user_id:
            return False
        if assertion.user_handle not in {None, user_id.bytes}:
            return False
        owner = await self._check(passkey, credential, assertion.challenge, verification)
        return owner is not None

    async def _challenge(self, purpose: ChallengePurpose, user_id: UUID | None) -> bytes:
        now = self._clock()
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        await self._challenges.save(
            PasskeyChallenge(
                digest=digest_of(challenge),
                purpose=purpose,
                user_id=user_id,
                expires_at=now + CHALLENGE_LIFETIME,
            )
        )
        return challenge

    async def _take(self, challenge: bytes, purpose: ChallengePurpose, user_id: UUID | None) -> bool:
        digest, now = digest_of(challenge), self._clock()
        return await self._challenges.take(digest, purpose=purpose, user_id=user_id, now=now)

    async def _check(
        self, passkey: Passkey, credential: Credential, challenge: bytes, verification: UserVerification
    ) -> UUID | None:
        sign_count = self._party.check_assertion(
            credential, challenge, public_key=passkey.public_key, verification=verification
        )
        if sign_count is None:
            return None
        now = self._clock()
        if await self._passkeys.advance(passkey.id, sign_count=sign_count, now=now):
            return passkey.user_id
        # A good signature with an old counter: there are two of this key, and nobody knows which is whose.
        await self._passkeys.suspect(passkey.id, now)
        await self._audit.record(
            AuditAction.PASSKEY_SUSPECTED,
            actor_id=passkey.user_id,
            target=f"passkey:{passkey.id}",
            outcome=AuditOutcome.FAILURE,
        )
        await self._notices.tell(SecurityNotice.PASSKEY_SUSPECTED, passkey.user_id, subject=passkey.name)
        return None


def known_credentials(passkeys: Sequence[Passkey]) -> list[KnownCredential]:
    """Passkeys as a browser is told of them."""
    return [KnownCredential(each.credential_id, each.transports) for each in passkeys]
