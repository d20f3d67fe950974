"""One real PostgreSQL for the whole run; every test brings its own organizations and assumes nothing else."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_urlsafe

import httpx2
import pytest
from alembic.config import Config
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from alembic import command
from app.adapters.embedded_postgres import EmbeddedPostgres
from app.api.resources import Resources
from app.core.settings import Settings
from app.main import create_app
from tests.factories import Caller, Outbox, World

URL_VARIABLE = "FAREGATE_TEST_DATABASE_URL"
ROOT = Path(__file__).parent.parent
running: list[EmbeddedPostgres] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the process that starts the workers, and migrate it."""
    if URL_VARIABLE in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="faregate-test-"))
    server = EmbeddedPostgres(folder)
    server.__enter__()
    running.append(server)
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    config.add_cleanup(stop_postgres)
    migrate(server.url)
    os.environ[URL_VARIABLE] = server.url


def stop_postgres() -> None:
    """Stop what this process started."""
    os.environ.pop(URL_VARIABLE, None)
    while running:
        running.pop().__exit__(None, None, None)


def migrate(url: str) -> None:
    """Bring the database at `url` to head."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+asyncpg://")
    command.upgrade(config, "head")


def new_signing_key() -> str:
    """A fresh P-256 key in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def new_secrets() -> dict[str, str]:
    """Fresh secrets for an application of its own."""
    return {
        "api_key_pepper": "p" * 43,
        "encryption_key": token_urlsafe(32),
        "signing_key": new_signing_key(),
    }


@pytest.fixture(scope="session")
def database_url() -> str:
    """The URL of the migrated test database (`postgresql://...`)."""
    return os.environ[URL_VARIABLE]


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    """Settings for tests: real database, fresh secrets."""
    return Settings(
        environment="test",
        database={"url": database_url, "pool_size": 20},
        secrets=new_secrets(),
        http={"public_url": "http://test"},
        limits={"anonymous_per_address": 1_000_000, "auth_per_address": 1_000_000, "auth_global": 1_000_000},
        keys={"resource_scopes": ["forecast:read", "forecast:write"]},
        logging={"format": "json", "level": "warning"},
    )


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, started."""
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="session")
def resources(app: FastAPI) -> Resources:
    """The engine, the gate and the other long-lived things of the running application."""
    return app.state.resources


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that calls the application in this process; nobody is signed in."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


@pytest.fixture
def world(resources: Resources) -> World:
    """Makes organizations, people, keys and sessions, each new."""
    return World(resources)


@pytest.fixture(params=["session", "api_key"])
async def caller(request: pytest.FixtureRequest, world: World) -> Caller:
    """An owner of a new organization with 1,000 credits: once by JWT, once by API key."""
    return await world.caller(by=request.param)


@pytest.fixture
async def outbox(resources: Resources) -> Outbox:
    """The mails of this test: `await outbox.to("ada@example.org")`."""
    return await Outbox.open(resources)
