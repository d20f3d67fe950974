"""The providers of the settings, by name."""

from collections.abc import Mapping

from app.adapters.github_provider import GithubProvider
from app.adapters.identity_provider import IdentityProvider
from app.adapters.oidc_provider import OidcProvider
from app.adapters.outbound_client import OutboundClient
from app.core.clock import Clock
from app.core.provider_settings import ProviderKind, ProviderSettings


def build_identity_providers(
    providers: Mapping[str, ProviderSettings], client: OutboundClient, *, clock: Clock
) -> dict[str, IdentityProvider]:
    """One for each name; none is called before somebody signs in through it."""
    return {name: build_identity_provider(settings, client, clock) for name, settings in providers.items()}


def build_identity_provider(
    settings: ProviderSettings, client: OutboundClient, clock: Clock
) -> IdentityProvider:
    """The one that speaks as this kind does."""
    if settings.kind is ProviderKind.GITHUB:
        return GithubProvider(settings, client)
    return OidcProvider(settings, client, clock=clock)
