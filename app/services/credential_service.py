"""Secrets that are replaced, and what rested on the old ones."""

from uuid import UUID

from app.core.clock import Clock
from app.core.password_rules import PASSWORD_LENGTH_MIN, require_length, require_unrelated
from app.models import User
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.factor_repository import FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.repositories.user_repository import UserRepository
from app.services.one_time_token_service import OneTimeTokenService
from app.services.session_service import SessionService


class CredentialService:
    """Sets new passwords, and ends what a thief could hold on to."""

    def __init__(
        self,
        users: UserRepository,
        sessions: SessionService,
        tokens: OneTimeTokenService,
        api_keys: ApiKeyRepository,
        pending: PendingSignInRepository,
        factors: FactorRepository,
        *,
        clock: Clock,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._tokens = tokens
        self._api_keys = api_keys
        self._pending = pending
        self._factors = factors
        self._clock = clock

    async def set_password(self, user: User, password: str, hashed_password: str, *, pointer: str) -> None:
        """Give a locked user a new password: 15 characters or more, or eight beside a second factor.

        Raises:
            InvalidFieldError: it is too short to be alone, or is about its account.
        """
        factors = await self._factors.count(user.id)
        if not factors.demands_second_factor:
            require_length(password, pointer=pointer)
        require_unrelated(password, email=user.email, pointer=pointer)
        user.hashed_password = hashed_password
        user.has_short_password = len(password) < PASSWORD_LENGTH_MIN
        await self._users.save(user)

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
