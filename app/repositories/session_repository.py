"""Sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update

from app.models import RefreshToken, Session
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.page import PageParams


class SessionRepository(BaseRepository[Session]):
    """Asks the `sessions` table."""

    model = Session
    noun = "session"

    async def page_live_by_user(
        self, user_id: UUID, params: PageParams, *, now: datetime
    ) -> EntityPage[Session]:
        """A page of a user's sessions that are neither revoked nor over, newest first."""
        query = live(user_id, now).order_by(Session.created_at.desc(), Session.id.desc())
        return await self.page(query, params)

    async def get_live_by_user(self, session_id: UUID, user_id: UUID, *, now: datetime) -> Session:
        """The user's session.

        Raises:
            NotFoundError: there is none, it is over, or it is another user's.
        """
        return self._required(await self._session.scalar(live(user_id, now).where(Session.id == session_id)))

    async def touch(self, session_id: UUID, now: datetime) -> None:
        """Note that the session goes on."""
        await self._session.execute(
            update(Session).where(Session.id == session_id).values(last_used_at=now),
            execution_options={"synchronize_session": False},
        )

    async def revoke_by_spent_token(self, digest: bytes, now: datetime) -> None:
        """End the session whose refresh token this was, if it has been used already."""
        await self._session.execute(
            update(Session)
            .where(
                RefreshToken.digest == digest,
                RefreshToken.used_at.is_not(None),
                Session.id == RefreshToken.session_id,
                Session.revoked_at.is_(None),
            )
            .values(revoked_at=now),
            execution_options={"synchronize_session": False},
        )


def live(user_id: UUID, now: datetime) -> Select[Session]:
    """A user's sessions that still count."""
    return select(Session).where(
        Session.user_id == user_id, Session.revoked_at.is_(None), Session.expires_at > now
    )
