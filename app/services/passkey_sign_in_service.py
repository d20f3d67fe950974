"""Signing in with a passkey alone."""

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.auth_method import AuthMethod
from app.core.client import Client
from app.core.relying_party import Credential, Options
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.passkey_proof_service import PasskeyProofService
from app.services.session_tokens import SessionTokens
from app.services.sign_in_service import SecondFactorChallenge, SignInService


class PasskeySignInService:
    """Lets in whose device holds a passkey and has verified them: two factors in one act."""

    def __init__(
        self,
        proofs: PasskeyProofService,
        sign_in: SignInService,
        *,
        limits: AuthLimits,
        audit: AuditService,
    ) -> None:
        self._proofs = proofs
        self._sign_in = sign_in
        self._limits = limits
        self._audit = audit

    async def begin(self, client: Client) -> Options:
        """What a browser needs to ask for a passkey of ours, whoever's it is.

        Raises:
            RateLimitedError: too many were asked for.
        """
        await self._limits.take(AuthAction.PASSKEY, account=None, address=client.address)
        return await self._proofs.ask_anybody()

    async def finish(
        self, credential: Credential, client: Client
    ) -> SessionTokens | SecondFactorChallenge | None:
        """Open a session for the passkey's owner; None refuses, and what it changed must be kept.

        Raises:
            RateLimitedError: too many attempts.
            InvalidLoginError: the account is disabled, or has no place to be.
        """
        await self._limits.take(AuthAction.PASSKEY, account=None, address=client.address)
        user_id = await self._proofs.prove_anybody(credential)
        if user_id is None:
            await self._audit.record(AuditAction.SIGN_IN_FAILED, outcome=AuditOutcome.FAILURE)
            return None
        return await self._sign_in.complete(user_id, client, methods=frozenset({AuthMethod.PASSKEY}))
