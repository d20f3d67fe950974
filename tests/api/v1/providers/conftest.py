"""The application with two providers of our own, for every test anew."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from app.adapters.oidc_provider import OidcProvider
from app.core.provider_settings import OauthSettings, OutboundSettings
from app.core.settings import AccountSettings, LimitSettings
from app.main import create_app
from tests.factories import World
from tests.factories.browser import Browser
from tests.factories.certificates import CertificateAuthority
from tests.factories.identity_provider import IdentityProvider, identity_provider

RETURN_URL = "https://app.example.org/signed-in?from=faregate"


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> CertificateAuthority:
    """Signs the certificates of providers on loopback."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def alpha(authority) -> AsyncIterator[IdentityProvider]:
    """A provider that is trusted for addresses."""
    async with identity_provider(authority) as provider:
        yield provider


@pytest.fixture
async def beta(authority) -> AsyncIterator[IdentityProvider]:
    """A provider that is not."""
    async with identity_provider(authority) as provider:
        yield provider


@pytest.fixture
def sign_up() -> str:
    """Who may sign up."""
    return "open"


class ProviderClock:
    """What a provider, and who reads its tokens, take for now."""

    def __init__(self, provider: IdentityProvider) -> None:
        self._provider = provider

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._provider.ahead_seconds)

    def pass_seconds(self, seconds: int) -> None:
        """Let time pass."""
        self._provider.ahead_seconds += seconds


@pytest.fixture
def alpha_clock(provider_app, alpha) -> ProviderClock:
    """Lets time pass between Faregate and alpha."""
    resources, clock = provider_app.state.resources, ProviderClock(alpha)
    settings = resources.settings.oauth.providers["alpha"]
    resources.identity_providers["alpha"] = OidcProvider(settings, resources.outbound, clock=clock)
    return clock


@pytest.fixture
def limits(settings) -> LimitSettings:
    """How often anybody may try."""
    return settings.limits


@pytest.fixture
async def provider_app(settings, authority, alpha, beta, sign_up, limits):
    """The application, started, knowing both providers."""
    providers = {"alpha": alpha.settings(title="Alpha Ltd"), "beta": beta.settings(trusted_for_email=False)}
    changed = settings.model_copy(
        update={
            "oauth": OauthSettings(providers=providers, return_urls=[RETURN_URL]),
            "outbound": OutboundSettings(
                allowed_networks=["127.0.0.0/8"], ca_file=authority.file, timeout_seconds=5
            ),
            "accounts": AccountSettings(sign_up=sign_up),
            "limits": limits,
        }
    )
    app = create_app(changed)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def provider_client(provider_app) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of that application."""
    transport = httpx2.ASGITransport(app=provider_app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


@pytest.fixture
def browser(provider_client) -> Browser:
    """Somebody's browser."""
    return Browser(provider_client)


@pytest.fixture
def provider_world(provider_app) -> World:
    """Makes people in that application, whose secrets are the same as everywhere."""
    return World(provider_app.state.resources)
