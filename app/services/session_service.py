"""Sessions: opened by signing in, renewed by refresh tokens that work once, ended by their owner."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core import opaque_tokens
from app.core.access_tokens import AccessTokens
from app.core.client import Client
from app.core.clock import Clock
from app.core.opaque_tokens import TokenPurpose
from app.core.settings import SessionSettings
from app.models import RefreshToken, Session
from app.repositories.membership_repository import MembershipRepository
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.schemas.page import Page, PageParams
from app.schemas.session import SessionResponse


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a session's owner gets: shown once, never stored as it is."""

    session_id: UUID
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_at: datetime


class SessionService:
    """Opens, renews, lists and ends sessions."""

    def __init__(
        self,
        sessions: SessionRepository,
        refresh_tokens: RefreshTokenRepository,
        memberships: MembershipRepository,
        *,
        access_tokens: AccessTokens,
        settings: SessionSettings,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._refresh_tokens = refresh_tokens
        self._memberships = memberships
        self._access_tokens = access_tokens
        self._settings = settings
        self._clock = clock

    async def open(self, user_id: UUID, client: Client) -> SessionTokens | None:
        """Begin a session in the user's first organization; None for a user who has no place to be."""
        now = self._clock()
        organization_id = await self._memberships.find_home(user_id)
        if organization_id is None:
            return None
        return await self._begin(user_id, organization_id, client, now)

    async def replace(self, session_id: UUID, *, user_id: UUID, client: Client) -> SessionTokens:
        """End a session whose person has proved anew who they are, and begin one in its place.

        A new id, because whoever holds the old tokens must not rise with them (session fixation, SEC-24).

        Raises:
            NotFoundError: there is none, it is over, or it is another user's.
        """
        now = self._clock()
        old = await self._sessions.get_live_by_user(session_id, user_id, now=now)
        old.revoke(now)
        await self._sessions.save(old)
        return await self._begin(user_id, old.organization_id, client, now)

    async def refresh(self, token: str) -> SessionTokens | None:
        """Trade a refresh token for the next pair of tokens; None refuses.

        A token that comes a second time was stolen, or its thief was first: nobody can tell, so the session
        ends with all its tokens (RFC 9700, section 4.14.2). Of several callers that send one token at the
        same moment, one is answered and the session ends all the same. The refusal is a value and no
        exception, because the transaction in which the session has just been ended must be committed.
        """
        now = self._clock()
        digest = opaque_tokens.digest_of(token, TokenPurpose.REFRESH)
        if digest is None:
            return None
        session = await self._refresh_tokens.spend(digest, now)
        if session is None:
            await self._sessions.revoke_by_spent_token(digest, now)
            return None
        await self._sessions.touch(session.id, now)
        return await self._issue(session.id, session.user_id, ends_at=session.expires_at, now=now)

    async def list_own(self, user_id: UUID, params: PageParams, *, current_id: UUID) -> Page[SessionResponse]:
        """The user's sessions that are neither revoked nor over, the current one marked."""
        page = await self._sessions.page_live_by_user(user_id, params, now=self._clock())
        listed = Page[SessionResponse].model_validate(page)
        items = [item.model_copy(update={"is_current": item.id == current_id}) for item in listed.items]
        return listed.model_copy(update={"items": items})

    async def end(self, session_id: UUID, *, user_id: UUID) -> None:
        """End one of the user's sessions, from the next request on.

        Raises:
            NotFoundError: there is none, it is over, or it is another user's.
        """
        now = self._clock()
        session = await self._sessions.get_live_by_user(session_id, user_id, now=now)
        session.revoke(now)
        await self._sessions.save(session)

    async def _begin(
        self, user_id: UUID, organization_id: UUID, client: Client, now: datetime
    ) -> SessionTokens:
        session = Session(
            user_id=user_id,
            organization_id=organization_id,
            authenticated_at=now,
            expires_at=now + timedelta(seconds=self._settings.refresh_absolute_seconds),
            last_used_at=now,
            ip_address=client.address,
            user_agent=client.user_agent,
        )
        await self._sessions.save(session)
        return await self._issue(session.id, user_id, ends_at=session.expires_at, now=now)

    async def _issue(
        self, session_id: UUID, user_id: UUID, *, ends_at: datetime, now: datetime
    ) -> SessionTokens:
        # Sliding: each refresh moves the idle end on, and never past the absolute one.
        expires_at = min(now + timedelta(seconds=self._settings.refresh_idle_seconds), ends_at)
        refresh = opaque_tokens.issue(TokenPurpose.REFRESH)
        await self._refresh_tokens.save(
            RefreshToken(session_id=session_id, digest=refresh.digest, expires_at=expires_at)
        )
        return SessionTokens(
            session_id=session_id,
            access_token=self._access_tokens.issue(user_id, session_id, now),
            expires_in=self._settings.access_token_seconds,
            refresh_token=refresh.token,
            refresh_expires_at=expires_at,
        )
