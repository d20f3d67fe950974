"""Attempts to sign in through providers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import transaction
from app.core.provider_identity import AttemptPurpose
from app.models import OauthAttempt, Session
from app.repositories.base_repository import BaseRepository


@dataclass(frozen=True, slots=True)
class AttemptKey:
    """What must come back together: the provider by its path, the state, and the browser's cookie."""

    provider: str
    state_digest: bytes
    browser_digest: bytes


@dataclass(frozen=True, slots=True)
class SpentAttempt:
    """An attempt that has come back."""

    purpose: AttemptPurpose
    session_id: UUID | None
    invitation_digest: bytes | None
    begun_at: datetime


class OauthAttemptRepository(BaseRepository[OauthAttempt]):
    """Asks the `oauth_attempts` table."""

    model = OauthAttempt
    noun = "attempt"

    async def find_return_url(self, key: AttemptKey, *, now: datetime) -> str | None:
        """The page that an open attempt wants to return to."""
        return await self._session.scalar(select(OauthAttempt.return_to).where(open_attempt(key, now)))

    async def spend(self, key: AttemptKey, *, now: datetime) -> SpentAttempt | None:
        """Use an attempt up; None when there is none, or it is over.

        One statement: of many that bring the same state at once, exactly one finds it.
        """
        statement = (
            delete(OauthAttempt)
            .where(open_attempt(key, now))
            .returning(
                OauthAttempt.purpose,
                OauthAttempt.session_id,
                OauthAttempt.invitation_digest,
                OauthAttempt.created_at,
            )
        )
        row = (
            await self._session.execute(statement, execution_options={"synchronize_session": False})
        ).one_or_none()
        return None if row is None else SpentAttempt(AttemptPurpose(row.purpose), *row[1:])

    async def find_user(self, session_id: UUID, *, now: datetime) -> UUID | None:
        """The user of the session that began an attempt, if it still lives."""
        query = select(Session.user_id).where(
            Session.id == session_id, Session.revoked_at.is_(None), Session.expires_at > now
        )
        return await self._session.scalar(query)


def open_attempt(key: AttemptKey, now: datetime) -> ColumnElement[bool]:
    """The attempt of this provider, state and browser, while it may still come back."""
    return and_(
        OauthAttempt.provider == key.provider,
        OauthAttempt.state_digest == key.state_digest,
        OauthAttempt.browser_digest == key.browser_digest,
        OauthAttempt.expires_at > now,
    )


OpenOauthAttempts = Callable[[], AbstractAsyncContextManager[OauthAttemptRepository]]
"""Opens a short transaction of its own on attempts."""


def oauth_attempts_opener(engine: AsyncEngine) -> OpenOauthAttempts:
    """How to keep and to spend attempts whatever becomes of the request."""

    @asynccontextmanager
    async def open_oauth_attempts() -> AsyncIterator[OauthAttemptRepository]:
        async with transaction(engine) as session:
            yield OauthAttemptRepository(session)

    return open_oauth_attempts
