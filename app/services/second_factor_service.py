"""Proving the second factor for a sign-in that waits for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from app.core import opaque_tokens
from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.auth_method import AuthMethod
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import InvalidMfaTokenError, InvalidSecondFactorError, UnauthenticatedError
from app.core.opaque_tokens import TokenPurpose
from app.core.relying_party import Credential, Options
from app.core.security_notice import SecurityNotice
from app.repositories.pending_sign_in_repository import PendingSignInRepository, WaitingSignIn
from app.repositories.totp_credential_repository import TotpCredentialRepository
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.notice_service import NoticeService
from app.services.passkey_proof_service import PasskeyProofService
from app.services.recovery_code_service import RecoveryCodeService
from app.services.session_tokens import SessionTokens
from app.services.sign_in_service import SignInService
from app.services.totp_service import TotpService

TRIES_MAX = 5
"""Of one `mfa_token`: then the first factor is to be proved again."""

Proof = Callable[[UUID], Awaitable[bool]]
"""Says whether the user has proved something, and uses the proof up."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """The factors that there are."""

    totp: TotpService
    recovery_codes: RecoveryCodeService
    passkeys: PasskeyProofService


class SecondFactorService:
    """Trades an `mfa_token` and a proof for the session; a refusal is a value, because its try must count."""

    def __init__(
        self,
        pending: PendingSignInRepository,
        credentials: TotpCredentialRepository,
        proofs: Proofs,
        sign_in: SignInService,
        *,
        limits: AuthLimits,
        audit: AuditService,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._pending = pending
        self._credentials = credentials
        self._proofs = proofs
        self._sign_in = sign_in
        self._limits = limits
        self._audit = audit
        self._notices = notices
        self._clock = clock

    async def prove_totp(
        self, mfa_token: str, code: str, client: Client
    ) -> SessionTokens | UnauthenticatedError:
        """Finish a sign-in with the code that the authenticator shows.

        Raises:
            RateLimitedError: too many codes were tried.
            InvalidLoginError: the account has been disabled meanwhile.
        """
        return await self._prove(
            mfa_token, client, AuthMethod.TOTP, lambda user_id: self._proofs.totp.prove(user_id, code)
        )

    async def prove_recovery_code(
        self, mfa_token: str, code: str, client: Client
    ) -> SessionTokens | UnauthenticatedError:
        """Finish a sign-in with a recovery code.

        Raises:
            RateLimitedError: too many codes were tried.
            InvalidLoginError: the account has been disabled meanwhile.
        """
        return await self._prove(
            mfa_token,
            client,
            AuthMethod.RECOVERY_CODE,
            lambda user_id: self._proofs.recovery_codes.prove(user_id, code),
        )

    async def prove_passkey(
        self, mfa_token: str, credential: Credential, client: Client
    ) -> SessionTokens | UnauthenticatedError:
        """Finish a sign-in with the answer of a passkey.

        Raises:
            RateLimitedError: too many answers were tried.
            InvalidLoginError: the account has been disabled meanwhile.
        """
        return await self._prove(
            mfa_token,
            client,
            AuthMethod.PASSKEY,
            lambda user_id: self._proofs.passkeys.prove(user_id, credential),
        )

    async def ask_passkey(self, mfa_token: str, client: Client) -> Options:
        """What a browser needs to ask for a passkey of whoever's sign-in waits.

        Raises:
            RateLimitedError: too many were asked for.
            InvalidMfaTokenError: no sign-in waits behind this token.
        """
        await self._limits.take(AuthAction.PASSKEY, account=None, address=client.address)
        user_id = await self._find_user_id(mfa_token)
        if user_id is None:
            raise InvalidMfaTokenError
        return await self._proofs.passkeys.ask(user_id)

    async def _prove(
        self, mfa_token: str, client: Client, method: AuthMethod, proof: Proof
    ) -> SessionTokens | UnauthenticatedError:
        user_id = await self._find_user_id(mfa_token)
        account = None if user_id is None else str(user_id)
        await self._limits.take(AuthAction.SECOND_FACTOR, account=account, address=client.address)
        waiting = await self._count_try(mfa_token)
        if waiting is None:
            await self._tell_failure(user_id, method)
            return InvalidMfaTokenError()
        if not await proof(waiting.user_id):
            await self._tell_failure(waiting.user_id, method)
            await self._warn_owner(waiting)
            return InvalidSecondFactorError()
        await self._pending.finish(waiting.id)
        await self._credentials.forget_failures(waiting.user_id)
        methods = frozenset({*map(AuthMethod, waiting.methods), method})
        outcome = await self._sign_in.complete(
            waiting.user_id, client, methods=methods, renews=waiting.session_id
        )
        return outcome if isinstance(outcome, SessionTokens) else InvalidSecondFactorError()

    async def _find_user_id(self, mfa_token: str) -> UUID | None:
        digest = opaque_tokens.digest_of(mfa_token, TokenPurpose.SECOND_FACTOR)
        return None if digest is None else await self._pending.find_user_id(digest, now=self._clock())

    async def _count_try(self, mfa_token: str) -> WaitingSignIn | None:
        digest = opaque_tokens.digest_of(mfa_token, TokenPurpose.SECOND_FACTOR)
        if digest is None:
            return None
        return await self._pending.count_try(digest, tries_max=TRIES_MAX, now=self._clock())

    async def _tell_failure(self, user_id: UUID | None, method: AuthMethod) -> None:
        await self._audit.record(
            AuditAction.SECOND_FACTOR_FAILED,
            actor_id=user_id,
            outcome=AuditOutcome.FAILURE,
            details={"method": method},
        )

    async def _warn_owner(self, waiting: WaitingSignIn) -> None:
        if waiting.tries == TRIES_MAX:
            # Whoever got this far knows the password; its owner should hear of it (ASVS 5.0, 6.3.5).
            await self._notices.tell(SecurityNotice.SECOND_FACTOR_FAILED, waiting.user_id)
