"""The application with two providers of our own, for every test anew."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from app.core.provider_settings import OauthSettings, OutboundSettings
from app.core.settings import AccountSettings
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


@pytest.fixture
async def provider_app(settings, authority, alpha, beta, sign_up):
    """The application, started, knowing both providers."""
    providers = {"alpha": alpha.settings(title="Alpha Ltd"), "beta": beta.settings(trusted_for_email=False)}
    changed = settings.model_copy(
        update={
            "oauth": OauthSettings(providers=providers, return_urls=[RETURN_URL]),
            "outbound": OutboundSettings(
                allowed_networks=["127.0.0.0/8"], ca_file=authority.file, timeout_seconds=5
            ),
            "accounts": AccountSettings(sign_up=sign_up),
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
