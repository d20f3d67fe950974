"""The way to a provider and back: begun and ended in the same browser, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from app.adapters.identity_provider import IdentityProvider
from app.core import opaque_tokens
from app.core.auth_action import AuthAction
from app.core.clock import Clock
from app.core.exceptions import ConflictError, InvalidFieldError, NotFoundError, ProviderSignInError
from app.core.opaque_tokens import TokenPurpose
from app.core.provider_identity import AttemptPurpose, ProviderAnswer, ProviderIdentity
from app.core.provider_secrets import challenge_of
from app.core.provider_settings import OauthSettings, ProviderSettings
from app.models import OauthAttempt
from app.repositories.oauth_attempt_repository import AttemptKey, OpenOauthAttempts, SpentAttempt
from app.schemas.provider import ProviderStart
from app.services.auth_limits import AuthLimits

NOT_ASKED_AGAIN = "This provider does not prove that you are there now. Prove it in another way."


@dataclass(frozen=True, slots=True)
class StartedAttempt:
    """Where to send the browser, and what it must bring back in a cookie."""

    authorization_url: str
    expires_in: int
    browser_token: str


@dataclass(frozen=True, slots=True)
class OwnPurpose:
    """What a session sends its person away for, other than to sign in."""

    session_id: UUID
    purpose: AttemptPurpose


@dataclass(frozen=True, slots=True)
class AskingSession:
    """Whose session it is that wants to link, or to be fresh."""

    id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """Who has come back, and what for."""

    provider: str
    identity: ProviderIdentity
    purpose: AttemptPurpose = AttemptPurpose.SIGN_IN
    session: AskingSession | None = None
    """The session that has sent them away; None for who wants to sign in."""
    invitation_digest: bytes | None = None


class ProviderAttemptService:
    """Begins attempts and reads what comes back; no transaction is open while a provider is asked."""

    def __init__(
        self,
        providers: Mapping[str, IdentityProvider],
        open_attempts: OpenOauthAttempts,
        *,
        limits: AuthLimits,
        settings: OauthSettings,
        public_url: str,
        clock: Clock,
    ) -> None:
        self._providers = providers
        self._open_attempts = open_attempts
        self._limits = limits
        self._settings = settings
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    def list_all(self) -> Mapping[str, ProviderSettings]:
        """The providers by name."""
        return self._settings.providers

    async def begin(
        self,
        name: str,
        start: ProviderStart,
        *,
        address: str,
        session: OwnPurpose | None = None,
        invitation: str | None = None,
    ) -> StartedAttempt:
        """Make an attempt to sign in, or one of a session for a purpose of its own.

        Raises:
            RateLimitedError: too many attempts.
            NotFoundError: there is no such provider.
            ConflictError: a session wants to be fresh, and this provider proves no such thing.
            InvalidFieldError: the page to return to is none of those in the settings.
            ProviderUnavailableError: the provider cannot be reached.
        """
        await self._limits.take(AuthAction.PROVIDER_START, account=None, address=address)
        provider = self._provider(name)
        purpose = AttemptPurpose.SIGN_IN if session is None else session.purpose
        asks_again = purpose is AttemptPurpose.REAUTHENTICATE
        if asks_again and not provider.asks_again:
            raise ConflictError(NOT_ASKED_AGAIN)
        return_to = start.return_to
        if return_to is not None and return_to not in self._settings.return_urls:
            raise InvalidFieldError(
                "/return_to", "Must be one of the pages in the settings.", code="unknown_url"
            )
        now = self._clock()
        attempt = OauthAttempt(
            provider=name,
            purpose=purpose,
            session_id=None if session is None else session.session_id,
            invitation_digest=invitation_digest(invitation),
            return_to=return_to,
            expires_at=now + timedelta(seconds=self._settings.attempt_seconds),
        )
        return await self._send_away(provider, attempt, asked_again_since=now if asks_again else None)

    async def _send_away(
        self, provider: IdentityProvider, attempt: OauthAttempt, *, asked_again_since: datetime | None
    ) -> StartedAttempt:
        state = opaque_tokens.issue(TokenPurpose.PROVIDER_STATE)
        browser = opaque_tokens.issue(TokenPurpose.PROVIDER_BROWSER)
        challenge = challenge_of(
            state.token,
            browser.token,
            redirect_uri=self._redirect_uri(attempt.provider),
            asked_again_since=asked_again_since,
        )
        url = await provider.authorization_url(challenge)
        attempt.change(state_digest=state.digest, browser_digest=browser.digest)
        async with self._open_attempts() as attempts:
            await attempts.save(attempt)
        return StartedAttempt(url, self._settings.attempt_seconds, browser.token)

    async def find_return_url(self, name: str, answer: ProviderAnswer, browser_token: str) -> str | None:
        """The page that takes the answer on, with the answer in its fragment; None where there is none.

        Nothing is used up: the page sends the answer to finish the attempt. A stranger's answer is not
        passed on.
        """
        key = attempt_key(name, answer.state, browser_token)
        if key is None:
            return None
        async with self._open_attempts() as attempts:
            return_to = await attempts.find_return_url(key, now=self._clock())
        members = {"state": answer.state, "code": answer.code, "iss": answer.issuer, "error": answer.error}
        given = {name: value for name, value in members.items() if value is not None}
        return None if return_to is None else f"{return_to}#{urlencode(given)}"

    async def finish(
        self, name: str, answer: ProviderAnswer, browser_token: str, *, address: str
    ) -> ProvenIdentity:
        """Use the attempt up, whatever comes of it, and ask the provider who has come back.

        Raises:
            RateLimitedError: too many attempts.
            NotFoundError: there is no such provider.
            ProviderUnavailableError: the provider cannot be reached.
            ProviderSignInError: there is no such attempt in this browser, or its answer proves nobody.
        """
        await self._limits.take(AuthAction.PROVIDER_CALLBACK, account=None, address=address)
        provider = self._provider(name)
        attempt, session = await self._spend(attempt_key(name, answer.state, browser_token))
        if answer.code is None or answer.error is not None:
            raise ProviderSignInError("the provider refused")
        asks_again = attempt.purpose is AttemptPurpose.REAUTHENTICATE
        challenge = challenge_of(
            answer.state,
            browser_token,
            redirect_uri=self._redirect_uri(name),
            asked_again_since=attempt.begun_at if asks_again else None,
        )
        identity = await provider.identify(answer, challenge)
        return ProvenIdentity(name, identity, attempt.purpose, session, attempt.invitation_digest)

    async def _spend(self, key: AttemptKey | None) -> tuple[SpentAttempt, AskingSession | None]:
        now = self._clock()
        if key is None:
            raise ProviderSignInError("the state or the cookie is malformed")
        async with self._open_attempts() as attempts:
            attempt = await attempts.spend(key, now=now)
            if attempt is None:
                raise ProviderSignInError("there is no such attempt in this browser")
            if attempt.session_id is None:
                return attempt, None
            user_id = await attempts.find_user(attempt.session_id, now=now)
        if user_id is None:
            raise ProviderSignInError("the session that has begun this is over")
        return attempt, AskingSession(attempt.session_id, user_id)

    def _provider(self, name: str) -> IdentityProvider:
        provider = self._providers.get(name)
        if provider is None:
            noun = "provider"
            raise NotFoundError(noun)
        return provider

    def _redirect_uri(self, name: str) -> str:
        return f"{self._public_url}/api/v1/auth/providers/{name}/callback"


def attempt_key(name: str, state: str, browser_token: str) -> AttemptKey | None:
    """What the attempt is found by; None for what cannot be one's."""
    state_digest = opaque_tokens.digest_of(state, TokenPurpose.PROVIDER_STATE)
    browser_digest = opaque_tokens.digest_of(browser_token, TokenPurpose.PROVIDER_BROWSER)
    if state_digest is None or browser_digest is None:
        return None
    return AttemptKey(name, state_digest, browser_digest)


def invitation_digest(token: str | None) -> bytes | None:
    """What the invitation is found by that somebody brings; one that cannot be an invitation is none."""
    return None if token is None else opaque_tokens.digest_of(token, TokenPurpose.INVITATION)
