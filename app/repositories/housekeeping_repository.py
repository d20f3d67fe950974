"""What nobody can use any more, and so need not be kept."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import transaction
from app.core.gcra import MICROSECONDS
from app.models import (
    IdempotencyKey,
    Invitation,
    OauthAttempt,
    OneTimeToken,
    PasskeyChallenge,
    PendingSignIn,
    RateLimitState,
    RefreshToken,
    Session,
)

Forgettable = (
    Session
    | RefreshToken
    | OneTimeToken
    | Invitation
    | OauthAttempt
    | PendingSignIn
    | PasskeyChallenge
    | IdempotencyKey
)


class HousekeepingRepository:
    """Deletes a portion at a time, so that no statement is long and no lock is held for long."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def forget_sessions(self, *, ended_before: datetime, idle_since: datetime, limit: int) -> int:
        """Delete sessions that ended, or were last used, before these instants; the number of them."""
        old = (
            select(Session.id)
            .where(
                or_(
                    Session.revoked_at < ended_before,
                    Session.expires_at < ended_before,
                    func.coalesce(Session.last_used_at, Session.created_at) < idle_since,
                )
            )
            .limit(limit)
        )
        return await self._delete(Session, old)

    async def forget_refresh_tokens(self, *, expired_before: datetime, limit: int) -> int:
        """Delete refresh tokens that would have ended unused by then; the number of them."""
        old = select(RefreshToken.id).where(RefreshToken.expires_at < expired_before).limit(limit)
        return await self._delete(RefreshToken, old)

    async def forget_one_time_tokens(self, *, expired_before: datetime, limit: int) -> int:
        """Delete tokens that nobody can redeem any more; the number of them."""
        old = select(OneTimeToken.id).where(OneTimeToken.expires_at < expired_before).limit(limit)
        return await self._delete(OneTimeToken, old)

    async def forget_invitations(self, *, expired_before: datetime, limit: int) -> int:
        """Delete invitations that nobody can accept any more; the number of them."""
        old = select(Invitation.id).where(Invitation.expires_at < expired_before).limit(limit)
        return await self._delete(Invitation, old)

    async def forget_oauth_attempts(self, *, expired_before: datetime, limit: int) -> int:
        """Delete attempts that nobody has come back from; the number of them."""
        old = select(OauthAttempt.id).where(OauthAttempt.expires_at < expired_before).limit(limit)
        return await self._delete(OauthAttempt, old)

    async def forget_pending_sign_ins(self, *, expired_before: datetime, limit: int) -> int:
        """Delete sign-ins whose second factor nobody has proved; the number of them."""
        old = select(PendingSignIn.id).where(PendingSignIn.expires_at < expired_before).limit(limit)
        return await self._delete(PendingSignIn, old)

    async def forget_passkey_challenges(self, *, expired_before: datetime, limit: int) -> int:
        """Delete challenges that nobody has answered; the number of them."""
        old = select(PasskeyChallenge.id).where(PasskeyChallenge.expires_at < expired_before).limit(limit)
        return await self._delete(PasskeyChallenge, old)

    async def forget_answers(self, *, expired_before: datetime, limit: int) -> int:
        """Delete answers that are given to nobody again; the number of them."""
        old = select(IdempotencyKey.id).where(IdempotencyKey.expires_at < expired_before).limit(limit)
        return await self._delete(IdempotencyKey, old)

    async def forget_full_buckets(self, *, idle_seconds: int, limit: int) -> int:
        """Delete buckets that have been full for so long, by the database's clock; the number of them.

        One that is not there is full as well: nobody regains anything by it.
        """
        key = tuple_(RateLimitState.subject, RateLimitState.name)
        then_us = (func.extract("epoch", func.clock_timestamp()) - idle_seconds) * MICROSECONDS
        # 1 is a bucket that the gate has just made to lock it.
        full = RateLimitState.tat_us.between(2, then_us)
        old = select(RateLimitState.subject, RateLimitState.name).where(full).limit(limit)
        deleted = await self._session.execute(
            delete(RateLimitState).where(key.in_(old)).returning(RateLimitState.name),
            execution_options={"synchronize_session": False},
        )
        return len(deleted.all())

    async def _delete(self, model: type[Forgettable], old: Select[UUID]) -> int:
        deleted = await self._session.execute(
            delete(model).where(model.id.in_(old)).returning(model.id),
            execution_options={"synchronize_session": False},
        )
        return len(deleted.all())


OpenHousekeeping = Callable[[], AbstractAsyncContextManager[HousekeepingRepository]]
"""Opens a short transaction of its own."""


def housekeeping_opener(engine: AsyncEngine) -> OpenHousekeeping:
    """How to tidy up where there is no request."""

    @asynccontextmanager
    async def open_housekeeping() -> AsyncIterator[HousekeepingRepository]:
        async with transaction(engine) as session:
            yield HousekeepingRepository(session)

    return open_housekeeping
