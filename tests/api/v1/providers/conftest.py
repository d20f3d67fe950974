"""The application with two providers of our own, for every test anew."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from app.adapters.identity_providers import build_identity_providers
from app.adapters.oidc_provider import OidcProvider
from app.core.provider_settings import OauthSettings, OutboundSettings
from app.core.settings import AccountSettings, LimitSettings
from app.main import create_app
from tests.factories import World
from tests.factories.browser import Browser
from tests.factories.certificates import CertificateAuthority
from tests.factories.https_server import HttpsServer, https_server
from tests.factories.identity_provider import IdentityProvider

RETURN_URL = "https://app.example.org/signed-in?from=faregate"


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> CertificateAuthority:
    """Signs the certificates of providers on loopback."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
async def alpha_server(authority) -> AsyncIterator[HttpsServer]:
    """Where alpha is."""
    async with https_server(authority.server_context("localhost")) as server:
        yield server


@pytest.fixture(scope="session")
async def beta_server(authority) -> AsyncIterator[HttpsServer]:
    """Where beta is."""
    async with https_server(authority.server_context("localhost")) as server:
        yield server


@pytest.fixture
def alpha(alpha_server) -> IdentityProvider:
    """A provider that is trusted for addresses; nobody has asked it anything."""
    alpha_server.forget()
    return IdentityProvider(alpha_server)


@pytest.fixture
def beta(beta_server) -> IdentityProvider:
    """A provider that is not."""
    beta_server.forget()
    return IdentityProvider(beta_server)


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


@pytest.fixture(scope="session")
async def provider_apps(settings, authority, alpha_server, beta_server):
    """The application, started once for each way of signing up and each set of limits."""
    providers = {
        "alpha": IdentityProvider(alpha_server).settings(title="Alpha Ltd"),
        "beta": IdentityProvider(beta_server).settings(trusted_for_email=False),
    }
    outbound = OutboundSettings(allowed_networks=["127.0.0.0/8"], ca_file=authority.file, timeout_seconds=5)
    known = {
        "oauth": OauthSettings(providers=providers, return_urls=[RETURN_URL]),
        "outbound": outbound,
    }
    apps = {}

    async with AsyncExitStack() as running:

        async def find(sign_up, limits):
            chosen = (sign_up, limits.model_dump_json())
            if chosen not in apps:
                changes = {**known, "accounts": AccountSettings(sign_up=sign_up), "limits": limits}
                apps[chosen] = create_app(settings.model_copy(update=changes))
                await running.enter_async_context(apps[chosen].router.lifespan_context(apps[chosen]))
            return apps[chosen]

        yield find


@pytest.fixture
async def provider_app(provider_apps, alpha, beta, sign_up, limits):
    """The application, which knows of both providers and has not asked them anything."""
    app = await provider_apps(sign_up, limits)
    resources = app.state.resources
    fresh = build_identity_providers(
        resources.settings.oauth.providers, resources.outbound, clock=resources.clock
    )
    resources.identity_providers.update(fresh)
    return app


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
