"""Sessions through time: services over a clock that stands still until it is moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app.api.resources import Resources
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.database import transaction
from app.core.settings import LimitSettings, SessionSettings
from app.models import RefreshToken, Session
from app.repositories.membership_repository import MembershipRepository
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.auth_limits import AuthLimits
from app.services.refresh_service import RefreshService
from app.services.session_service import SessionService
from app.services.session_tokens import SessionTokenIssuer, SessionTokens
from tests.factories.audit import trail_in
from tests.factories.notices import notices_in

CLIENT = Client("192.0.2.7", "test")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class NoLimiter:
    """Lets everything pass."""

    async def take(self, *_demands: object) -> list[object]:
        """Take nothing."""
        return []


@dataclass
class SessionStage:
    """Opens services in transactions of their own, as each request has one."""

    resources: Resources
    settings: SessionSettings = field(default_factory=SessionSettings)
    clock: Clock = field(default_factory=Clock)

    @asynccontextmanager
    async def open_sessions(self) -> AsyncIterator[SessionService]:
        """The service of sessions."""
        async with transaction(self.resources.engine) as session:
            yield SessionService(
                SessionRepository(session),
                UserRepository(session),
                MembershipRepository(session),
                issuer=self._issuer(session),
                audit=trail_in(session, self.resources.engine),
                settings=self.settings,
                clock=self.clock,
            )

    async def open(self, user_id: UUID) -> SessionTokens:
        """A new session of this user."""
        async with self.open_sessions() as sessions:
            return await sessions.open(user_id, CLIENT)

    async def refresh(self, token: str) -> SessionTokens | None:
        """What the refresh token buys."""
        async with transaction(self.resources.engine) as session:
            service = RefreshService(
                SessionRepository(session),
                RefreshTokenRepository(session),
                issuer=self._issuer(session),
                audit=trail_in(session, self.resources.engine),
                notices=notices_in(session, self.resources),
                limits=AuthLimits(NoLimiter(), LimitSettings(), actions=AuthAction),
                settings=self.settings,
                clock=self.clock,
            )
            return await service.refresh(token, CLIENT)

    async def is_alive(self, session_id: UUID) -> bool:
        """Whether nobody has ended the session."""
        async with transaction(self.resources.engine) as session:
            return (await session.get_one(Session, session_id)).revoked_at is None

    def _issuer(self, session) -> SessionTokenIssuer:
        return SessionTokenIssuer(
            RefreshTokenRepository(session), self.resources.access_tokens, self.settings
        )


async def let_the_grace_pass(resources: Resources, session_id: str) -> None:
    """Make every use of the session's refresh tokens half a minute and a second older."""
    async with transaction(resources.engine) as session:
        await session.execute(
            update(RefreshToken)
            .where(RefreshToken.session_id == UUID(session_id), RefreshToken.used_at.is_not(None))
            .values(used_at=RefreshToken.used_at - timedelta(seconds=31))
        )


async def unused_tokens(resources: Resources, session_id: str) -> int:
    """How many refresh tokens of the session could still be used: its live lineages."""
    async with transaction(resources.engine) as session:
        query = select(RefreshToken.id).where(
            RefreshToken.session_id == UUID(session_id), RefreshToken.used_at.is_(None)
        )
        return len((await session.scalars(query)).all())
