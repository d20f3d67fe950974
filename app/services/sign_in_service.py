"""The one way by which whoever has proved a first factor gets a session."""

from dataclasses import dataclass
from uuid import UUID

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_method import AuthMethod
from app.core.client import Client
from app.core.exceptions import InvalidLoginError
from app.services.audit_service import AuditService
from app.services.session_service import SessionService
from app.services.session_tokens import SessionTokens


@dataclass(frozen=True, slots=True)
class SecondFactorChallenge:
    """What stands in for a session until a second factor is proved: it opens the routes that prove one."""

    mfa_token: str
    expires_in: int
    methods: tuple[AuthMethod, ...]
    """What this account may prove now."""


class SignInService:
    """Turns proved factors into a session; no other service opens one, so no path leads around the second."""

    def __init__(self, sessions: SessionService, audit: AuditService) -> None:
        self._sessions = sessions
        self._audit = audit

    async def complete(
        self, user_id: UUID, client: Client, *, methods: frozenset[AuthMethod]
    ) -> SessionTokens | SecondFactorChallenge:
        """Open a session for who has proved these methods, or demand the second factor that is enrolled.

        Raises:
            InvalidLoginError: the account is disabled, or has no place to be.
        """
        tokens = await self._sessions.open(user_id, client)
        target = f"user:{user_id}"
        if tokens is None:
            await self._audit.record_apart(
                AuditAction.SIGN_IN_FAILED, target=target, outcome=AuditOutcome.FAILURE
            )
            raise InvalidLoginError
        await self._audit.record(
            AuditAction.SIGN_IN,
            actor_id=user_id,
            session_id=tokens.session_id,
            target=target,
            details={"methods": " ".join(sorted(methods))},
        )
        return tokens
