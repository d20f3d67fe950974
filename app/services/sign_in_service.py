"""The one way by which whoever has proved a first factor gets a session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core import opaque_tokens
from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_method import SECOND_FACTORS, AuthMethod
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import InvalidLoginError, NotFoundError
from app.core.opaque_tokens import TokenPurpose
from app.models import PendingSignIn
from app.repositories.factor_repository import FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.services.audit_service import AuditService
from app.services.session_service import SessionService
from app.services.session_tokens import SessionTokens

PENDING_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SecondFactorChallenge:
    """What stands in for a session until a second factor is proved: it opens the routes that prove one."""

    mfa_token: str
    expires_in: int
    methods: tuple[AuthMethod, ...]
    """What this account may prove now."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody has proved, and when."""

    methods: frozenset[AuthMethod]
    at: datetime


class SignInService:
    """Turns proved factors into a session; no other service opens one, so no path leads around the second."""

    def __init__(
        self,
        sessions: SessionService,
        factors: FactorRepository,
        pending: PendingSignInRepository,
        audit: AuditService,
        *,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._factors = factors
        self._pending = pending
        self._audit = audit
        self._clock = clock

    async def complete(
        self,
        user_id: UUID,
        client: Client,
        *,
        methods: frozenset[AuthMethod],
        renews: UUID | None = None,
        proved_at: datetime | None = None,
    ) -> SessionTokens | SecondFactorChallenge:
        """Open a session for who has proved these methods, or demand the second factor that is enrolled.

        `renews` names a session of the user that the new one replaces: its person proves anew who they are.
        `proved_at` says when they proved these methods, if it was not now: a session is as fresh as that. A
        second factor that is proved afterwards is proved now.

        Raises:
            InvalidLoginError: the account is disabled or has no place to be, or that session is over, or the
                password does only beside a second factor that is gone.
        """
        if not methods & SECOND_FACTORS:
            factors = await self._factors.count(user_id)
            if factors.demands_second_factor:
                return await self._demand(user_id, factors.methods, proved=methods, renews=renews)
            if factors.has_short_password and AuthMethod.PASSWORD in methods:
                # However the second factor was lost: eight characters alone are no proof. A reset helps.
                raise InvalidLoginError
        proof = Proof(methods, proved_at or self._clock())
        if renews is not None:
            return await self._replace(renews, user_id, client, proof)
        return await self._open(user_id, client, proof)

    async def _demand(
        self,
        user_id: UUID,
        possible: tuple[AuthMethod, ...],
        *,
        proved: frozenset[AuthMethod],
        renews: UUID | None,
    ) -> SecondFactorChallenge:
        now = self._clock()
        issued = opaque_tokens.issue(TokenPurpose.SECOND_FACTOR)
        await self._pending.save(
            PendingSignIn(
                user_id=user_id,
                session_id=renews,
                digest=issued.digest,
                methods=sorted(proved),
                expires_at=now + PENDING_LIFETIME,
            )
        )
        await self._audit.record(AuditAction.SECOND_FACTOR_DEMANDED, actor_id=user_id, details=told(proved))
        return SecondFactorChallenge(issued.token, int(PENDING_LIFETIME.total_seconds()), possible)

    async def _replace(self, session_id: UUID, user_id: UUID, client: Client, proof: Proof) -> SessionTokens:
        try:
            tokens = await self._sessions.replace(
                session_id, user_id=user_id, client=client, authenticated_at=proof.at
            )
        except NotFoundError:
            raise InvalidLoginError from None
        await self._audit.record(
            AuditAction.REAUTHENTICATED,
            actor_id=user_id,
            target=f"session:{tokens.session_id}",
            details=told(proof.methods),
        )
        return tokens

    async def _open(self, user_id: UUID, client: Client, proof: Proof) -> SessionTokens:
        tokens = await self._sessions.open(user_id, client, authenticated_at=proof.at)
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
            details=told(proof.methods),
        )
        return tokens


def told(methods: frozenset[AuthMethod]) -> dict[str, str]:
    """Methods as the trail keeps them."""
    return {"methods": " ".join(sorted(methods))}
