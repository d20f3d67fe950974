"""Sessions: opened by signing in, ended by their owner, never too many at a time."""

from datetime import datetime, timedelta
from uuid import UUID

from app.core import opaque_tokens
from app.core.audit import AuditAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import NotFoundError
from app.core.opaque_tokens import TokenPurpose
from app.core.settings import SessionSettings
from app.models import Session
from app.repositories.membership_repository import MembershipRepository
from app.repositories.refresh_token_repository import LiveSession
from app.repositories.session_repository import Liveness, NewSession, SessionRepository
from app.repositories.user_repository import UserRepository
from app.schemas.page import Page, PageParams
from app.schemas.session import SessionResponse
from app.services.audit_service import AuditService
from app.services.session_tokens import SessionTokenIssuer, SessionTokens


class SessionService:
    """Opens, replaces, lists and ends sessions."""

    def __init__(
        self,
        sessions: SessionRepository,
        users: UserRepository,
        memberships: MembershipRepository,
        *,
        issuer: SessionTokenIssuer,
        audit: AuditService,
        settings: SessionSettings,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._users = users
        self._memberships = memberships
        self._issuer = issuer
        self._audit = audit
        self._settings = settings
        self._clock = clock

    async def open(
        self, user_id: UUID, client: Client, *, authenticated_at: datetime | None = None
    ) -> SessionTokens | None:
        """Begin a session in the user's first organization; None for a user who has no place to be.

        If it is one too many for the user, the oldest ends. It is as fresh as the proof that it begins with:
        of now, unless `authenticated_at` says otherwise.
        """
        now = self._clock()
        # Locked, so that sign-ins at the same moment count each other, and before the place is looked for:
        # whoever takes it away meanwhile moves the sessions that there are (DepartureService).
        if not await self._users.hold(user_id):
            # Deleted since the proof was looked at.
            return None
        refresh = opaque_tokens.issue(TokenPurpose.REFRESH)
        expires_at = now + timedelta(seconds=self._settings.refresh_absolute_seconds)
        new = NewSession(
            user_id,
            authenticated_at=authenticated_at or now,
            expires_at=expires_at,
            ip_address=client.address,
            user_agent=client.user_agent,
            digest=refresh.digest,
            token_expires_at=self._issuer.end_of_token(expires_at, now),
        )
        keep = self._settings.per_user_max - 1
        if not await self._sessions.begin(new, keep=keep, liveness=self._liveness(now)):
            return None
        live = LiveSession(new.id, user_id, expires_at)
        return self._issuer.repeat(live, refresh.token, now, expires_at=new.token_expires_at)

    async def replace(
        self, session_id: UUID, *, user_id: UUID, client: Client, authenticated_at: datetime | None = None
    ) -> SessionTokens:
        """End a session whose person has proved anew who they are, and begin one in its place.

        A new id, because whoever holds the old tokens must not rise with them (session fixation, SEC-24).

        Raises:
            NotFoundError: there is none, it is over, or it is another user's.
        """
        now = self._clock()
        # Before the session is read: whoever moves it to another organization meanwhile waits here.
        await self._users.lock(user_id)
        old = await self._end(session_id, user_id, now)
        return await self._begin(user_id, old.organization_id, client, authenticated_at or now)

    async def move(self, session_id: UUID, organization_id: UUID, *, user_id: UUID) -> SessionResponse:
        """Let the session act in another organization of the user from the next request on.

        Raises:
            NotFoundError: the user does not belong there, or it is suspended; or the session has just ended.
        """
        # Who is removed there meanwhile is removed before this looks, or moved on after it.
        await self._users.lock(user_id)
        if not await self._memberships.is_open_to(organization_id, user_id):
            noun = "organization"
            raise NotFoundError(noun)
        liveness = self._liveness(self._clock())
        session = await self._sessions.get_live_by_user(session_id, user_id, liveness=liveness)
        session.change(organization_id=organization_id)
        await self._sessions.save(session)
        await self._audit.record(
            AuditAction.SESSION_MOVED, organization_id=organization_id, target=f"session:{session_id}"
        )
        return SessionResponse.model_validate(session).model_copy(update={"is_current": True})

    async def list_own(self, user_id: UUID, params: PageParams, *, current_id: UUID) -> Page[SessionResponse]:
        """The user's sessions that are neither revoked nor over, the current one marked."""
        liveness = self._liveness(self._clock())
        page = await self._sessions.page_live_by_user(user_id, params, liveness=liveness)
        listed = Page[SessionResponse].model_validate(page)
        items = [item.model_copy(update={"is_current": item.id == current_id}) for item in listed.items]
        return listed.model_copy(update={"items": items})

    async def end(self, session_id: UUID, *, user_id: UUID) -> None:
        """End one of the user's sessions, from the next request on.

        Raises:
            NotFoundError: there is none, it is over, or it is another user's.
        """
        await self._end(session_id, user_id, self._clock())
        await self._audit.record(AuditAction.SESSION_ENDED, target=f"session:{session_id}")

    async def sign_out(self, session_id: UUID, *, user_id: UUID) -> None:
        """End the session that calls, from the next request on.

        Raises:
            NotFoundError: somebody else has just ended it.
        """
        await self._end(session_id, user_id, self._clock())
        await self._audit.record(AuditAction.SIGN_OUT, target=f"session:{session_id}")

    async def end_others(self, session_id: UUID, *, user_id: UUID) -> int:
        """End all of the user's sessions but this one; the number of those ended."""
        ended = await self._sessions.revoke_all_by_user(user_id, self._clock(), but=session_id)
        await self._audit.record(
            AuditAction.SESSIONS_ENDED, target=f"user:{user_id}", details={"ended": ended}
        )
        return ended

    async def end_all(self, user_id: UUID) -> int:
        """End all of the user's sessions; the number of those ended."""
        ended = await self._sessions.revoke_all_by_user(user_id, self._clock())
        await self._audit.record(
            AuditAction.SESSIONS_ENDED, target=f"user:{user_id}", details={"ended": ended}
        )
        return ended

    async def _end(self, session_id: UUID, user_id: UUID, now: datetime) -> Session:
        session = await self._sessions.get_live_by_user(session_id, user_id, liveness=self._liveness(now))
        session.revoke(now)
        return await self._sessions.save(session)

    async def _begin(
        self, user_id: UUID, organization_id: UUID, client: Client, authenticated_at: datetime
    ) -> SessionTokens:
        now = self._clock()
        session = Session(
            user_id=user_id,
            organization_id=organization_id,
            authenticated_at=authenticated_at,
            expires_at=now + timedelta(seconds=self._settings.refresh_absolute_seconds),
            last_used_at=now,
            ip_address=client.address,
            user_agent=client.user_agent,
        )
        await self._sessions.save(session)
        live = LiveSession(session.id, user_id, session.expires_at)
        return await self._issuer.issue(live, opaque_tokens.issue(TokenPurpose.REFRESH), now)

    def _liveness(self, now: datetime) -> Liveness:
        return Liveness(now, used_since=now - timedelta(seconds=self._settings.refresh_idle_seconds))
