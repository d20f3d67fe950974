"""Revocation: whoever holds a token may end what it stands for (RFC 7009)."""

from uuid import UUID

from app.core import opaque_tokens
from app.core.access_tokens import AccessTokens
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.opaque_tokens import TokenPurpose
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits


class RevocationService:
    """Ends sessions by their tokens, and says the same whether there was one."""

    def __init__(
        self,
        sessions: SessionRepository,
        refresh_tokens: RefreshTokenRepository,
        *,
        access_tokens: AccessTokens,
        audit: AuditService,
        limits: AuthLimits,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._refresh_tokens = refresh_tokens
        self._access_tokens = access_tokens
        self._audit = audit
        self._limits = limits
        self._clock = clock

    async def revoke(self, token: str, client: Client) -> None:
        """End the session of a refresh or an access token; nothing happens for any other text.

        A used refresh token ends its session too: its holder had it, or has stolen it.

        Raises:
            RateLimitedError: too many attempts.
        """
        await self._limits.take(AuthAction.REVOKE_TOKEN, account=None, address=client.address)
        session_id = await self._session_of(token)
        ended = None if session_id is None else await self._sessions.revoke(session_id, self._clock())
        if ended is not None:
            await self._audit.record(
                AuditAction.SESSION_ENDED,
                actor_id=ended.user_id,
                organization_id=ended.organization_id,
                session_id=ended.id,
                target=f"session:{ended.id}",
            )

    async def _session_of(self, token: str) -> UUID | None:
        digest = opaque_tokens.digest_of(token, TokenPurpose.REFRESH)
        if digest is not None:
            return await self._refresh_tokens.find_session_id(digest)
        claims = self._access_tokens.verify(token, self._clock())
        return None if claims is None else claims.session_id
