"""What nobody can use any more, and so need not be kept."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import transaction
from app.models import OneTimeToken, RefreshToken, Session


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

    async def _delete(self, model: type[Session | RefreshToken | OneTimeToken], old: Select[UUID]) -> int:
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
