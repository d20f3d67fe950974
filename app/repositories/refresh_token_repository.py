"""Refresh tokens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, select, update

from app.models import Organization, RefreshToken, Session, User
from app.repositories.base_repository import BaseRepository


@dataclass(frozen=True, slots=True)
class LiveSession:
    """The session that a refresh token renews."""

    id: UUID
    user_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SpentToken:
    """A token that was used a moment ago, and what tells its successor."""

    session: LiveSession
    salt: bytes


class RefreshTokenRepository(BaseRepository[RefreshToken]):
    """Asks the `refresh_tokens` table."""

    model = RefreshToken
    noun = "refresh token"

    async def spend(self, digest: bytes, *, salt: bytes, now: datetime) -> LiveSession | None:
        """Use a token up and tell its session; None when it is unknown, used, over, or its session is.

        One statement: of many that spend the same token at once, exactly one finds it unused.
        """
        statement = (
            update(RefreshToken)
            .where(
                RefreshToken.digest == digest,
                RefreshToken.used_at.is_(None),
                RefreshToken.expires_at > now,
                *of_live_session(now),
            )
            .values(used_at=now, successor_salt=salt)
            .returning(Session.id, Session.user_id, Session.expires_at)
        )
        row = (
            await self._session.execute(statement, execution_options={"synchronize_session": False})
        ).one_or_none()
        return None if row is None else LiveSession(*row)

    async def forget_salts_before(self, digest: bytes, session_id: UUID) -> None:
        """Forget how this token was told: whoever uses it has received it."""
        await self._session.execute(
            update(RefreshToken)
            .where(
                RefreshToken.session_id == session_id,
                RefreshToken.successor_salt.is_not(None),
                RefreshToken.digest != digest,
            )
            .values(successor_salt=None),
            execution_options={"synchronize_session": False},
        )

    async def find_spent_since(self, digest: bytes, *, since: datetime, now: datetime) -> SpentToken | None:
        """A token of a live session that was used after `since`, and whose successor nobody has used."""
        query = select(Session.id, Session.user_id, Session.expires_at, RefreshToken.successor_salt).where(
            RefreshToken.digest == digest,
            RefreshToken.used_at > since,
            RefreshToken.successor_salt.is_not(None),
            *of_live_session(now),
        )
        row = (await self._session.execute(query)).one_or_none()
        if row is None or row.successor_salt is None:
            return None
        return SpentToken(LiveSession(row.id, row.user_id, row.expires_at), row.successor_salt)

    async def find_session_id(self, digest: bytes) -> UUID | None:
        """The session of a token, used or not."""
        return await self._session.scalar(
            select(RefreshToken.session_id).where(RefreshToken.digest == digest)
        )

    async def find_end(self, digest: bytes) -> datetime | None:
        """When a token that nobody has used ends."""
        query = select(RefreshToken.expires_at).where(
            RefreshToken.digest == digest, RefreshToken.used_at.is_(None)
        )
        return await self._session.scalar(query)


def of_live_session(now: datetime) -> tuple[ColumnExpressionArgument[bool], ...]:
    """The token's session, if it and those behind it still count."""
    return (
        Session.id == RefreshToken.session_id,
        Session.revoked_at.is_(None),
        Session.expires_at > now,
        User.id == Session.user_id,
        User.is_active,
        Organization.id == Session.organization_id,
        Organization.is_active,
    )
