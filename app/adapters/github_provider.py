"""GitHub: OAuth 2.0 without ID tokens, so its API says who has come."""

from collections.abc import Mapping
from typing import Any

from app.adapters.code_exchange import authorization_url_of, exchange_code
from app.adapters.oidc_provider import readable_email
from app.adapters.outbound_client import OutboundClient, OutboundError
from app.core.exceptions import ProviderSignInError, ProviderUnavailableError
from app.core.provider_identity import ProviderAnswer, ProviderChallenge, ProviderIdentity
from app.core.provider_settings import ISSUERS, ProviderKind, ProviderSettings

ACCEPT = "application/vnd.github+json"


class GithubProvider:
    """Knows people by GitHub's number for them: names there can be changed and taken by others."""

    def __init__(self, settings: ProviderSettings, client: OutboundClient) -> None:
        self._settings = settings
        self._client = client
        self._web = settings.issuer.rstrip("/")
        # A GitHub Enterprise Server has its API below its own address.
        is_public = settings.issuer == ISSUERS[ProviderKind.GITHUB]
        self._api = "https://api.github.com" if is_public else f"{self._web}/api/v3"

    @property
    def asks_again(self) -> bool:
        """Never: GitHub lets in silently whom it knows, and tells nobody when they proved anything."""
        return False

    async def authorization_url(self, challenge: ProviderChallenge) -> str:
        """Where to send the browser."""
        endpoint = f"{self._web}/login/oauth/authorize"
        return authorization_url_of(endpoint, self._settings, challenge, nonce=None)

    async def identify(self, answer: ProviderAnswer, challenge: ProviderChallenge) -> ProviderIdentity:
        """Who has come back with this answer to this challenge.

        Raises:
            ProviderUnavailableError: GitHub cannot be reached.
            ProviderSignInError: its answer is not to be believed.
        """
        if answer.issuer not in (None, f"{self._web}/login/oauth"):
            raise ProviderSignInError("the answer comes from another provider")
        try:
            tokens = await exchange_code(
                self._client, f"{self._web}/login/oauth/access_token", self._settings, answer, challenge,
                method="client_secret_post",
            )  # fmt: skip
            user = await self._ask("/user", tokens)
            emails = await self._ask("/user/emails", tokens)
        except OutboundError as error:
            raise ProviderUnavailableError from error
        number = user.get("id") if isinstance(user, dict) else None
        if type(number) is not int:
            raise ProviderSignInError("GitHub does not say who it is")
        primary = primary_of(emails)
        return ProviderIdentity(
            issuer=self._settings.issuer,
            subject=str(number),
            email=readable_email(primary.get("email")),
            is_email_verified=self._settings.trusted_for_email and primary.get("verified") is True,
        )

    async def _ask(self, path: str, tokens: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- whatever it says
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": ACCEPT}
        reply = await self._client.get(f"{self._api}{path}", headers=headers)
        return reply.json() if reply.status == 200 else None  # noqa: PLR2004 -- RFC 9110


def primary_of(emails: object) -> Mapping[str, Any]:
    """The entry of the person's main address; an empty one where there is none."""
    entries = emails if isinstance(emails, list) else []
    primary = [entry for entry in entries if isinstance(entry, dict) and entry.get("primary") is True]
    return primary[0] if len(primary) == 1 else {}
