"""The tokens of a session: how they are made, and how long they live."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.access_tokens import AccessTokens
from app.core.opaque_tokens import IssuedToken
from app.core.settings import SessionSettings
from app.models import RefreshToken
from app.repositories.refresh_token_repository import LiveSession, RefreshTokenRepository


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a session's owner gets: shown once, never stored as it is."""

    session_id: UUID
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_at: datetime


class SessionTokenIssuer:
    """Makes access tokens, and keeps the digests of refresh tokens."""

    def __init__(
        self, refresh_tokens: RefreshTokenRepository, access_tokens: AccessTokens, settings: SessionSettings
    ) -> None:
        self._refresh_tokens = refresh_tokens
        self._access_tokens = access_tokens
        self._settings = settings

    async def issue(self, session: LiveSession, refresh: IssuedToken, now: datetime) -> SessionTokens:
        """The pair that goes with a new refresh token, which is kept as its digest."""
        expires_at = self.end_of_token(session.expires_at, now)
        await self._refresh_tokens.save(
            RefreshToken(session_id=session.id, digest=refresh.digest, expires_at=expires_at)
        )
        return self.repeat(session, refresh.token, now, expires_at=expires_at)

    def end_of_token(self, session_ends_at: datetime, now: datetime) -> datetime:
        """When a refresh token of now ends: each moves the idle end on, and never past the absolute one."""
        return min(now + timedelta(seconds=self._settings.refresh_idle_seconds), session_ends_at)

    def repeat(
        self, session: LiveSession, refresh_token: str, now: datetime, *, expires_at: datetime
    ) -> SessionTokens:
        """The pair that goes with a refresh token whose digest is kept already."""
        return SessionTokens(
            session_id=session.id,
            access_token=self._access_tokens.issue(session.user_id, session.id, now),
            expires_in=self._settings.access_token_seconds,
            refresh_token=refresh_token,
            refresh_expires_at=expires_at,
        )
