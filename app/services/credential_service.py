"""What rests on a secret, and ends with it."""

from uuid import UUID

from app.core.clock import Clock
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.services.one_time_token_service import OneTimeTokenService
from app.services.session_service import SessionService


class CredentialService:
    """Ends what a thief could hold on to after a secret has been replaced."""

    def __init__(
        self,
        sessions: SessionService,
        tokens: OneTimeTokenService,
        api_keys: ApiKeyRepository,
        pending: PendingSignInRepository,
        *,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._api_keys = api_keys
        self._pending = pending
        self._clock = clock

    async def end_all(self, user_id: UUID) -> None:
        """End every session, every sign-in under way and every mailed token of a user."""
        await self.end_tokens(user_id)
        await self._sessions.end_all(user_id)

    async def end_others(self, session_id: UUID, *, user_id: UUID) -> None:
        """End every session but this one, every sign-in under way and every mailed token of a user."""
        await self.end_tokens(user_id)
        await self._sessions.end_others(session_id, user_id=user_id)

    async def end_tokens(self, user_id: UUID) -> None:
        """End every sign-in under way, whose first factor may be the old secret, and every mailed token."""
        await self._tokens.revoke_all(user_id)
        await self._pending.delete_by_user(user_id)

    async def revoke_api_keys(self, user_id: UUID) -> int:
        """Revoke every API key that a user has made; the number of those revoked."""
        return await self._api_keys.revoke_by_creator(user_id, self._clock())
