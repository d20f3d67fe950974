"""Any OpenID Connect provider, by discovery; Google and Microsoft are two with habits of their own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from app.adapters.cached_document import CachedDocument
from app.adapters.code_exchange import BASIC, authorization_url_of, exchange_code
from app.adapters.outbound_client import FailedCallError, OutboundClient, OutboundError, to_destination
from app.core.clock import Clock
from app.core.email_addresses import canonical_email
from app.core.exceptions import ProviderSignInError, ProviderUnavailableError
from app.core.id_tokens import (
    ExpectedIdToken,
    PublicKey,
    RefusedIdTokenError,
    UnknownKeyError,
    authentication_time,
    read_public_keys,
    require_asked_again,
    verify_id_token,
)
from app.core.provider_identity import ProviderAnswer, ProviderChallenge, ProviderIdentity
from app.core.provider_settings import ProviderKind, ProviderSettings

DISCOVERY_PATH = "/.well-known/openid-configuration"
ASK_AGAIN = {"prompt": "login", "max_age": "0"}
"""What has a provider ask anew, and tell when it did (OpenID Connect Core 1.0, section 3.1.2.1)."""
MICROSOFT_TENANTS = ("/common/", "/organizations/", "/consumers/")
"""Names that stand for many tenants: discovery answers with a template in place of the tenant."""


class ProviderMetadata(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0, section 3), as far as it is needed."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = [BASIC]
    authorization_response_iss_parameter_supported: bool = False


class OidcProvider:
    """Believes an ID token only when everything about it is as it must be."""

    def __init__(self, settings: ProviderSettings, client: OutboundClient, *, clock: Clock) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._metadata = CachedDocument(self._discover, clock=clock)
        self._keys = CachedDocument(self._fetch_keys, clock=clock)

    @property
    def asks_again(self) -> bool:
        """Whether it knows `prompt=login`: Google refuses it."""
        return self._settings.kind is not ProviderKind.GOOGLE

    async def authorization_url(self, challenge: ProviderChallenge) -> str:
        """Where to send the browser.

        Raises:
            ProviderUnavailableError: the provider cannot be reached.
        """
        try:
            metadata = await self._metadata.get()
        except OutboundError as error:
            raise ProviderUnavailableError from error
        endpoint = metadata.authorization_endpoint
        again = {} if challenge.asked_again_since is None else ASK_AGAIN
        return authorization_url_of(endpoint, self._settings, challenge, nonce=challenge.nonce, **again)

    async def identify(self, answer: ProviderAnswer, challenge: ProviderChallenge) -> ProviderIdentity:
        """Who has come back with this answer to this challenge.

        Raises:
            ProviderUnavailableError: the provider cannot be reached.
            ProviderSignInError: its answer is not to be believed.
        """
        try:
            metadata = await self._metadata.get()
            require_issuer(answer, metadata)
            method = auth_method(metadata)
            tokens = await exchange_code(
                self._client, metadata.token_endpoint, self._settings, answer, challenge, method=method
            )
            claims = await self._verify(tokens, challenge.nonce, metadata)
            # By the signed token alone: what the user info endpoint tells has no place here.
            authenticated_at = authentication_time(claims, self._clock())
            require_asked_again(authenticated_at, challenge.asked_again_since)
            told = await self._completed(claims, tokens["access_token"], metadata)
            return self._identity(told, authenticated_at)
        except OutboundError as error:
            raise ProviderUnavailableError from error
        except RefusedIdTokenError as error:
            reason = f"the ID token is refused: {error}"
            raise ProviderSignInError(reason) from error

    async def _verify(
        self, tokens: Mapping[str, Any], nonce: str, metadata: ProviderMetadata
    ) -> dict[str, Any]:
        client_id, access_token = self._settings.client_id, tokens["access_token"]
        expected = ExpectedIdToken(metadata.issuer, client_id, nonce, access_token)
        token = tokens.get("id_token", "")
        try:
            return verify_id_token(token, await self._keys.get(), expected, self._clock())
        except UnknownKeyError:
            return verify_id_token(token, await self._keys.renew(), expected, self._clock())

    async def _completed(
        self, claims: dict[str, Any], access_token: str, metadata: ProviderMetadata
    ) -> dict[str, Any]:
        """The claims, and those that only the user info endpoint tells, if it speaks of the same person."""
        if "email" in claims or metadata.userinfo_endpoint is None or "email" not in self._settings.scopes:
            return claims
        headers = {"Authorization": f"Bearer {access_token}"}
        reply = await self._client.get(metadata.userinfo_endpoint, headers=headers)
        told = reply.json()
        # OpenID Connect Core 1.0, section 5.3.4: an answer about somebody else must not be used.
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise ProviderSignInError("the user info is about somebody else")
        return {**told, **claims}

    def _identity(self, claims: Mapping[str, Any], authenticated_at: datetime | None) -> ProviderIdentity:
        return ProviderIdentity(
            issuer=claims["iss"],
            subject=claims["sub"],
            email=readable_email(claims.get("email")),
            is_email_verified=self._settings.trusted_for_email and VOUCHES[self._settings.kind](claims),
            authenticated_at=authenticated_at,
        )

    async def _discover(self) -> ProviderMetadata:
        reply = await self._client.get(self._settings.issuer.rstrip("/") + DISCOVERY_PATH)
        try:
            metadata = ProviderMetadata.model_validate(reply.json(), strict=True)
        except ValidationError as error:
            raise FailedCallError("the provider does not describe itself") from error
        if metadata.issuer != discovered_issuer(self._settings):
            raise FailedCallError("the provider calls itself by another name")
        to_destination(metadata.authorization_endpoint)
        return metadata

    async def _fetch_keys(self) -> list[PublicKey]:
        metadata = await self._metadata.get()
        keys = read_public_keys((await self._client.get(metadata.jwks_uri)).json())
        if not keys:
            raise FailedCallError("the provider has no usable key")
        return keys


def require_issuer(answer: ProviderAnswer, metadata: ProviderMetadata) -> None:
    """Go on only if the answer comes from the provider that was asked (RFC 9207, section 2.4).

    Raises:
        ProviderSignInError: it names another, or none although this provider always does.
    """
    if answer.issuer is None and not metadata.authorization_response_iss_parameter_supported:
        return
    if answer.issuer != metadata.issuer:
        raise ProviderSignInError("the answer comes from another provider")


def auth_method(metadata: ProviderMetadata) -> str:
    """How the client tells its secret: in a header, unless only a form will do."""
    methods = metadata.token_endpoint_auth_methods_supported
    return BASIC if BASIC in methods or not methods else methods[0]


def discovered_issuer(settings: ProviderSettings) -> str:
    """The issuer that the provider must call itself by."""
    if settings.kind is ProviderKind.MICROSOFT:
        for tenants in MICROSOFT_TENANTS:
            if tenants in settings.issuer:
                return settings.issuer.replace(tenants, "/{tenantid}/")
    return settings.issuer


def readable_email(value: object) -> str | None:
    """An address in its canonical form; None for what is none."""
    try:
        return canonical_email(value) if isinstance(value, str) else None
    except ValueError:
        return None


def says_verified(claims: Mapping[str, Any]) -> bool:
    """Whether the provider calls the address verified: by `true` alone, not by a text or a number."""
    return claims.get("email_verified") is True


def google_says_verified(claims: Mapping[str, Any]) -> bool:
    """The same, where Google rules the mailbox: other addresses may have changed hands since it asked."""
    rules = str(claims.get("email", "")).lower().endswith("@gmail.com") or isinstance(claims.get("hd"), str)
    return says_verified(claims) and rules


def microsoft_says_verified(claims: Mapping[str, Any]) -> bool:
    """Whether the tenant owns the address's domain: anybody's tenant may claim any other address."""
    return claims.get("xms_edov") is True


VOUCHES: Mapping[ProviderKind, Callable[[Mapping[str, Any]], bool]] = {
    ProviderKind.OIDC: says_verified,
    ProviderKind.GOOGLE: google_says_verified,
    ProviderKind.MICROSOFT: microsoft_says_verified,
}
