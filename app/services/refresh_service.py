"""Refreshing: a refresh token works once, and a moment longer for who lost the answer."""

from datetime import datetime, timedelta

from app.core import opaque_tokens
from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.opaque_tokens import TokenPurpose
from app.core.security_notice import SecurityNotice
from app.core.settings import SessionSettings
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.notice_service import NoticeService
from app.services.session_tokens import SessionTokenIssuer, SessionTokens


class RefreshService:
    """Renews sessions, and ends those whose refresh token comes a second time (ADR 0019)."""

    def __init__(
        self,
        sessions: SessionRepository,
        refresh_tokens: RefreshTokenRepository,
        *,
        issuer: SessionTokenIssuer,
        audit: AuditService,
        notices: NoticeService,
        limits: AuthLimits,
        settings: SessionSettings,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._refresh_tokens = refresh_tokens
        self._issuer = issuer
        self._audit = audit
        self._notices = notices
        self._limits = limits
        self._settings = settings
        self._clock = clock

    async def refresh(self, token: str, client: Client) -> SessionTokens | None:
        """Trade a refresh token for the next pair of tokens; None refuses, and what it changed must be kept.

        A token that comes again within the grace gets the same successor, as long as nobody has used that:
        the answer may have been lost. Later it was stolen, or its thief was first: nobody can tell, so the
        session ends with all its tokens (RFC 9700, section 4.14.2). The refusal is a value and no exception,
        because the transaction in which the session has just been ended must be committed.

        Raises:
            RateLimitedError: too many attempts.
        """
        await self._limits.take(AuthAction.REFRESH, account=None, address=client.address)
        digest = opaque_tokens.digest_of(token, TokenPurpose.REFRESH)
        if digest is None:
            return None
        now = self._clock()
        tokens = await self._spend(token, digest, now) or await self._repeat(token, digest, now)
        if tokens is None:
            await self._end_if_reused(digest, now)
        return tokens

    async def _spend(self, token: str, digest: bytes, now: datetime) -> SessionTokens | None:
        salt = opaque_tokens.new_salt()
        session = await self._refresh_tokens.spend(digest, salt=salt, now=now)
        if session is None:
            return None
        await self._refresh_tokens.forget_salts_before(digest, session.id)
        await self._sessions.touch(session.id, now)
        successor = opaque_tokens.issue_successor(token, TokenPurpose.REFRESH, salt=salt)
        return await self._issuer.issue(session, successor, now)

    async def _repeat(self, token: str, digest: bytes, now: datetime) -> SessionTokens | None:
        since = now - timedelta(seconds=self._settings.refresh_grace_seconds)
        repeated = await self._refresh_tokens.find_spent_since(digest, since=since, now=now)
        if repeated is None:
            return None
        successor = opaque_tokens.issue_successor(token, TokenPurpose.REFRESH, salt=repeated.salt)
        expires_at = await self._refresh_tokens.find_end(successor.digest)
        if expires_at is None:
            return None
        return self._issuer.repeat(repeated.session, successor.token, now, expires_at=expires_at)

    async def _end_if_reused(self, digest: bytes, now: datetime) -> None:
        ended = await self._sessions.revoke_by_spent_token(digest, now)
        if ended is None:
            return
        await self._audit.record(
            AuditAction.REFRESH_REUSED,
            organization_id=ended.organization_id,
            session_id=ended.id,
            target=f"user:{ended.user_id}",
            outcome=AuditOutcome.FAILURE,
        )
        await self._notices.tell(SecurityNotice.REFRESH_TOKEN_REUSED, ended.user_id)
