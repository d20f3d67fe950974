"""Housekeeping: sessions and tokens that nobody can use any more do not stay for ever."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from app.core.clock import Clock
from app.core.settings import SessionSettings
from app.repositories.housekeeping_repository import HousekeepingRepository, OpenHousekeeping

SESSION_KEPT = timedelta(days=30)
"""How long an ended session stays, for those who ask what happened."""
BUCKET_KEPT_SECONDS = 3600
"""How long a bucket that is full stays: who comes often finds the row where it was."""
PORTION = 5_000

Forget = Callable[[HousekeepingRepository, int], Awaitable[int]]


class HousekeepingService:
    """Forgets in portions, each in a transaction of its own."""

    def __init__(
        self,
        open_housekeeping: OpenHousekeeping,
        *,
        settings: SessionSettings,
        clock: Clock,
        portion: int = PORTION,
    ) -> None:
        self._open_housekeeping = open_housekeeping
        self._settings = settings
        self._clock = clock
        self._portion = portion

    async def forget_old(self) -> None:
        """Delete what is over: tokens at once, sessions with what is left of their tokens a month later.

        A used refresh token is kept until it would have ended unused: for so long its reuse ends the session.
        """
        now = self._clock()
        ended_before = now - SESSION_KEPT
        idle_since = ended_before - timedelta(seconds=self._settings.refresh_idle_seconds)
        await self._forget_all(
            lambda old, limit: old.forget_sessions(
                ended_before=ended_before, idle_since=idle_since, limit=limit
            )
        )
        await self._forget_all(lambda old, limit: old.forget_refresh_tokens(expired_before=now, limit=limit))
        await self._forget_all(lambda old, limit: old.forget_one_time_tokens(expired_before=now, limit=limit))
        await self._forget_all(lambda old, limit: old.forget_invitations(expired_before=now, limit=limit))
        await self._forget_all(lambda old, limit: old.forget_oauth_attempts(expired_before=now, limit=limit))
        await self._forget_all(
            lambda old, limit: old.forget_pending_sign_ins(expired_before=now, limit=limit)
        )
        await self._forget_all(
            lambda old, limit: old.forget_passkey_challenges(expired_before=now, limit=limit)
        )
        await self._forget_all(lambda old, limit: old.forget_answers(expired_before=now, limit=limit))
        await self._forget_all(
            lambda old, limit: old.forget_full_buckets(idle_seconds=BUCKET_KEPT_SECONDS, limit=limit)
        )

    async def _forget_all(self, forget: Forget) -> None:
        deleted = self._portion
        while deleted >= self._portion:
            async with self._open_housekeeping() as old:
                deleted = await forget(old, self._portion)
