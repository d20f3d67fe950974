"""Sign-ins."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from app.core.auth_method import NEVER
from app.core.identifiers import new_id
from app.models import RefreshToken, Session
from app.repositories.base_repository import BaseRepository, EntityPage
from app.repositories.session_statements import BEGIN_SESSION
from app.schemas.page import PageParams


@dataclass(frozen=True, slots=True)
class Liveness:
    """What tells a session that counts from one that is over."""

    now: datetime
    used_since: datetime
    """A session neither opened nor refreshed since then has been idle for too long."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session about to begin, with its first refresh token."""

    user_id: UUID
    authenticated_at: datetime
    expires_at: datetime
    ip_address: str | None
    user_agent: str | None
    digest: bytes
    token_expires_at: datetime
    id: UUID = field(default_factory=new_id)
    token_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that was ended by one of its tokens."""

    id: UUID
    user_id: UUID
    organization_id: UUID


class SessionRepository(BaseRepository[Session]):
    """Asks the `sessions` table."""

    model = Session
    noun = "session"

    async def page_live_by_user(
        self, user_id: UUID, params: PageParams, *, liveness: Liveness
    ) -> EntityPage[Session]:
        """A page of a user's sessions that are neither revoked nor over, newest first."""
        query = select(Session).where(*live(user_id, liveness)).order_by(*NEWEST_FIRST)
        return await self.page(query, params)

    async def get_live_by_user(self, session_id: UUID, user_id: UUID, *, liveness: Liveness) -> Session:
        """The user's session.

        Raises:
            NotFoundError: there is none, it is over, or it is another user's.
        """
        query = select(Session).where(*live(user_id, liveness), Session.id == session_id)
        return self._required(await self._session.scalar(query))

    async def revoke_all_by_user(self, user_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
        """End every session of a user, or every other one; the number that this ended.

        Those in which they act for others end as well: whoever is kept out sees nothing of anybody's.
        """
        theirs = or_(Session.user_id == user_id, Session.impersonator_id == user_id)
        statement = update(Session).where(theirs, Session.revoked_at.is_(None))
        if but is not None:
            statement = statement.where(Session.id != but)
        ended = await self._session.execute(
            statement.values(revoked_at=now).returning(Session.id),
            execution_options={"synchronize_session": False},
        )
        return len(ended.all())

    async def begin(self, new: NewSession, *, keep: int, liveness: Liveness) -> bool:
        """Begin a session in the user's first organization; whether there is one. The user must be locked.

        Of the user's other sessions the oldest end, so that `keep` are left.
        """
        values = {**asdict(new), "keep": keep, "now": liveness.now, "used_since": liveness.used_since}
        return await self._session.scalar(BEGIN_SESSION, values) is not None

    async def revoke(self, session_id: UUID, now: datetime) -> EndedSession | None:
        """End a session, whoever's it is; None if it had ended already."""
        ended = await self._session.execute(
            update(Session)
            .where(Session.id == session_id, Session.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(Session.id, Session.user_id, Session.organization_id),
            execution_options={"synchronize_session": False},
        )
        row = ended.one_or_none()
        return None if row is None else EndedSession(*row)

    async def lower_assurance(self, user_id: UUID, *, but: UUID | None = None) -> None:
        """Let no session of a user, or no other one, count as freshly authenticated any more."""
        statement = update(Session).where(Session.user_id == user_id, Session.revoked_at.is_(None))
        if but is not None:
            statement = statement.where(Session.id != but)
        await self._session.execute(
            statement.values(authenticated_at=NEVER), execution_options={"synchronize_session": False}
        )

    async def move(self, user_id: UUID, *, from_id: UUID, to_id: UUID) -> None:
        """Let a user's sessions in one organization act in another from now on."""
        statement = update(Session).where(
            Session.user_id == user_id, Session.organization_id == from_id, Session.revoked_at.is_(None)
        )
        await self._session.execute(
            statement.values(organization_id=to_id), execution_options={"synchronize_session": False}
        )

    async def touch(self, session_id: UUID, now: datetime) -> None:
        """Note that the session goes on."""
        await self._session.execute(
            update(Session).where(Session.id == session_id).values(last_used_at=now),
            execution_options={"synchronize_session": False},
        )

    async def revoke_by_spent_token(self, digest: bytes, now: datetime) -> EndedSession | None:
        """End the session whose refresh token this was, if it has been used already; None if nothing ends."""
        ended = await self._session.execute(
            update(Session)
            .where(
                RefreshToken.digest == digest,
                RefreshToken.used_at.is_not(None),
                Session.id == RefreshToken.session_id,
                Session.revoked_at.is_(None),
            )
            .values(revoked_at=now)
            .returning(Session.id, Session.user_id, Session.organization_id),
            execution_options={"synchronize_session": False},
        )
        row = ended.one_or_none()
        return None if row is None else EndedSession(*row)


NEWEST_FIRST = (Session.created_at.desc(), Session.id.desc())


def live(user_id: UUID, liveness: Liveness) -> tuple[ColumnElement[bool], ...]:
    """A user's sessions that still count."""
    return (
        Session.user_id == user_id,
        Session.revoked_at.is_(None),
        Session.expires_at > liveness.now,
        func.coalesce(Session.last_used_at, Session.created_at) > liveness.used_since,
    )
