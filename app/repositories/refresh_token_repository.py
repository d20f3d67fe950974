"""Refresh tokens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from app.models import Organization, RefreshToken, Session, User
from app.repositories.base_repository import BaseRepository


@dataclass(frozen=True, slots=True)
class LiveSession:
    """The session that a spent token renews."""

    id: UUID
    user_id: UUID
    expires_at: datetime


class RefreshTokenRepository(BaseRepository[RefreshToken]):
    """Asks the `refresh_tokens` table."""

    model = RefreshToken
    noun = "refresh token"

    async def spend(self, digest: bytes, now: datetime) -> LiveSession | None:
        """Use a token up and tell its session; None when it is unknown, used, over, or its session is.

        One statement: of many that spend the same token at once, exactly one finds it unused.
        """
        statement = (
            update(RefreshToken)
            .where(
                RefreshToken.digest == digest,
                RefreshToken.used_at.is_(None),
                RefreshToken.expires_at > now,
                Session.id == RefreshToken.session_id,
                Session.revoked_at.is_(None),
                Session.expires_at > now,
                User.id == Session.user_id,
                User.is_active,
                Organization.id == Session.organization_id,
                Organization.is_active,
            )
            .values(used_at=now)
            .returning(Session.id, Session.user_id, Session.expires_at)
        )
        row = (
            await self._session.execute(statement, execution_options={"synchronize_session": False})
        ).one_or_none()
        return None if row is None else LiveSession(*row)
