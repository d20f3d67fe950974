"""The way to a provider and back: begun and ended in the same browser, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from app.adapters.identity_provider import IdentityProvider
from app.core import opaque_tokens
from app.core.auth_action import AuthAction
from app.core.clock import Clock
from app.core.exceptions import InvalidFieldError, NotFoundError, ProviderSignInError
from app.core.opaque_tokens import TokenPurpose
from app.core.provider_identity import ProviderAnswer, ProviderIdentity
from app.core.provider_secrets import challenge_of
from app.core.provider_settings import OauthSettings, ProviderSettings
from app.models import OauthAttempt
from app.repositories.oauth_attempt_repository import AttemptKey, OpenOauthAttempts
from app.services.auth_limits import AuthLimits


@dataclass(frozen=True, slots=True)
class StartedAttempt:
    """Where to send the browser, and what it must bring back in a cookie."""

    authorization_url: str
    expires_in: int
    browser_token: str


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """Who has come back, and what for."""

    provider: str
    identity: ProviderIdentity
    linking_user_id: UUID | None
    """The user whose session wants to link this identity; None for who wants to sign in."""


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
        self, name: str, *, address: str, return_to: str | None = None, session_id: UUID | None = None
    ) -> StartedAttempt:
        """Make an attempt to sign in, or for a session to link.

        Raises:
            RateLimitedError: too many attempts.
            NotFoundError: there is no such provider.
            InvalidFieldError: the page to return to is none of those in the settings.
            ProviderUnavailableError: the provider cannot be reached.
        """
        await self._limits.take(AuthAction.PROVIDER_START, account=None, address=address)
        provider = self._provider(name)
        if return_to is not None and return_to not in self._settings.return_urls:
            raise InvalidFieldError(
                "/return_to", "Must be one of the pages in the settings.", code="unknown_url"
            )
        state = opaque_tokens.issue(TokenPurpose.PROVIDER_STATE)
        browser = opaque_tokens.issue(TokenPurpose.PROVIDER_BROWSER)
        challenge = challenge_of(state.token, browser.token, redirect_uri=self._redirect_uri(name))
        url = await provider.authorization_url(challenge)
        expires_at = self._clock() + timedelta(seconds=self._settings.attempt_seconds)
        async with self._open_attempts() as attempts:
            await attempts.save(
                OauthAttempt(
                    provider=name,
                    state_digest=state.digest,
                    browser_digest=browser.digest,
                    return_to=return_to,
                    session_id=session_id,
                    expires_at=expires_at,
                )
            )
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
        linking_user_id = await self._spend(attempt_key(name, answer.state, browser_token))
        if answer.code is None or answer.error is not None:
            raise ProviderSignInError("the provider refused")
        challenge = challenge_of(answer.state, browser_token, redirect_uri=self._redirect_uri(name))
        identity = await provider.identify(answer, challenge)
        return ProvenIdentity(name, identity, linking_user_id)

    async def _spend(self, key: AttemptKey | None) -> UUID | None:
        now = self._clock()
        if key is None:
            raise ProviderSignInError("the state or the cookie is malformed")
        async with self._open_attempts() as attempts:
            attempt = await attempts.spend(key, now=now)
            if attempt is None:
                raise ProviderSignInError("there is no such attempt in this browser")
            if attempt.session_id is None:
                return None
            user_id = await attempts.find_linking_user(attempt.session_id, now=now)
        if user_id is None:
            raise ProviderSignInError("the session that wanted to link is over")
        return user_id

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
