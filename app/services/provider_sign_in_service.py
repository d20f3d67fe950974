"""What comes of it when somebody comes back from a provider."""

import structlog

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_method import NEVER, AuthMethod
from app.core.client import Client
from app.core.exceptions import IdentityNotLinkedError, ProviderSignInError
from app.core.provider_identity import AttemptPurpose, ProviderAnswer
from app.models import ExternalIdentity
from app.services.audit_service import AuditService
from app.services.external_identity_service import ExternalIdentityService
from app.services.provider_attempt_service import ProvenIdentity, ProviderAttemptService
from app.services.session_tokens import SessionTokens
from app.services.sign_in_service import SecondFactorChallenge, SignInService

log = structlog.get_logger()

Outcome = SessionTokens | SecondFactorChallenge | ExternalIdentity


class ProviderSignInService:
    """Signs people in by what providers say of them, or links that to their account."""

    def __init__(
        self,
        attempts: ProviderAttemptService,
        identities: ExternalIdentityService,
        sign_in: SignInService,
        audit: AuditService,
    ) -> None:
        self._attempts = attempts
        self._identities = identities
        self._sign_in = sign_in
        self._audit = audit

    async def finish(self, name: str, answer: ProviderAnswer, browser_token: str, client: Client) -> Outcome:
        """A session, the demand for a second factor, or the identity that is linked now.

        Raises:
            RateLimitedError: too many attempts.
            NotFoundError: there is no such provider.
            ProviderUnavailableError: the provider cannot be reached.
            ProviderSignInError: nobody is proved; the log and the audit trail say why.
            InvalidLoginError: the account is disabled, or has no place to be.
            IdentityNotLinkedError: who is proved has no account here.
            IdentityTakenError: the identity to link is another user's.
            InvalidOneTimeTokenError: the invitation to sign up by is none, or no longer.
            InvitationForAnotherError: it was sent to another address.
        """
        try:
            proven = await self._attempts.finish(name, answer, browser_token, address=client.address)
            return await self._use(proven, client)
        except ProviderSignInError as error:
            await self._tell(name, error.reason)
            raise
        except IdentityNotLinkedError:
            await self._tell(name, "the identity is not linked")
            raise

    async def _use(self, proven: ProvenIdentity, client: Client) -> Outcome:
        session, methods = proven.session, frozenset({AuthMethod.PROVIDER})
        # Whom a provider knows it lets in silently, hours after it has asked them anything: only what it says
        # of that makes a session fresh.
        proved_at = proven.identity.authenticated_at or NEVER
        if session is None:
            user_id = await self._identities.user_of(proven)
            return await self._sign_in.complete(user_id, client, methods=methods, proved_at=proved_at)
        if proven.purpose is AttemptPurpose.LINK:
            return await self._identities.link(proven, session.user_id)
        await self._identities.require_known(proven, session.user_id)
        return await self._sign_in.complete(
            session.user_id, client, methods=methods, renews=session.id, proved_at=proved_at
        )

    async def _tell(self, name: str, reason: str) -> None:
        log.warning("provider_sign_in_failed", provider=name, reason=reason)
        # Apart: the error undoes the request's transaction, and the attempt has been counted by a limit.
        await self._audit.record_apart(
            AuditAction.SIGN_IN_FAILED,
            outcome=AuditOutcome.FAILURE,
            details={"provider": name, "reason": reason},
        )
