"""Proving again who one is, for those who have no password: a passkey, or the authenticator."""

from uuid import UUID

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.auth_method import AuthMethod
from app.core.client import Client
from app.core.exceptions import (
    ConflictError,
    InvalidPasskeyError,
    InvalidSecondFactorError,
    UnauthenticatedError,
)
from app.core.relying_party import Credential, Options
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.passkey_proof_service import PasskeyProofService
from app.services.session_tokens import SessionTokens
from app.services.sign_in_service import SignInService
from app.services.totp_service import TotpService

TWO_FACTORS = "You have a password: prove it, and then the code."


class ReauthenticationService:
    """Replaces sessions by fresh ones; a refusal is a value, because what was tried must count."""

    def __init__(
        self,
        users: UserRepository,
        passkeys: PasskeyProofService,
        totp: TotpService,
        sign_in: SignInService,
        *,
        limits: AuthLimits,
        audit: AuditService,
    ) -> None:
        self._users = users
        self._passkeys = passkeys
        self._totp = totp
        self._sign_in = sign_in
        self._limits = limits
        self._audit = audit

    async def ask_passkey(self, user_id: UUID, client: Client) -> Options:
        """What a browser needs to ask for a passkey of the session's user, whom its device must verify.

        Raises:
            RateLimitedError: too many were asked for.
        """
        await self._limits.take(AuthAction.PASSKEY, account=None, address=client.address)
        return await self._passkeys.ask_again(user_id)

    async def prove_passkey(
        self, session_id: UUID, user_id: UUID, credential: Credential, client: Client
    ) -> SessionTokens | UnauthenticatedError:
        """Replace the session by a fresh one for whose passkey has answered: two factors in one act.

        Raises:
            RateLimitedError: too many attempts.
            InvalidLoginError: the session has just ended.
        """
        await self._limits.take(AuthAction.PASSKEY, account=None, address=client.address)
        if not await self._passkeys.prove_again(user_id, credential):
            await self._tell_failure(user_id, AuthMethod.PASSKEY)
            return InvalidPasskeyError()
        return await self._replace(session_id, user_id, AuthMethod.PASSKEY, client)

    async def prove_totp(
        self, session_id: UUID, user_id: UUID, code: str, client: Client
    ) -> SessionTokens | UnauthenticatedError:
        """Replace the session by a fresh one for whose authenticator shows this code.

        It is one factor of two: whoever has a password proves that first (ASVS 5.0, 7.5.1).

        Raises:
            RateLimitedError: too many codes were tried.
            ConflictError: there is a password to prove.
            InvalidLoginError: the session has just ended.
        """
        await self._limits.take(AuthAction.SECOND_FACTOR, account=str(user_id), address=client.address)
        user = await self._users.get(user_id)
        if user.hashed_password is not None:
            raise ConflictError(TWO_FACTORS)
        if not await self._totp.prove(user_id, code):
            await self._tell_failure(user_id, AuthMethod.TOTP)
            return InvalidSecondFactorError()
        return await self._replace(session_id, user_id, AuthMethod.TOTP, client)

    async def _replace(
        self, session_id: UUID, user_id: UUID, method: AuthMethod, client: Client
    ) -> SessionTokens | UnauthenticatedError:
        outcome = await self._sign_in.complete(
            user_id, client, methods=frozenset({method}), renews=session_id
        )
        return outcome if isinstance(outcome, SessionTokens) else InvalidSecondFactorError()

    async def _tell_failure(self, user_id: UUID, method: AuthMethod) -> None:
        await self._audit.record(
            AuditAction.REAUTHENTICATION_FAILED,
            target=f"user:{user_id}",
            outcome=AuditOutcome.FAILURE,
            details={"method": method},
        )
