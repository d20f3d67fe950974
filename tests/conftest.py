"""One real PostgreSQL for the whole run; every test brings its own organizations and assumes nothing else."""

import asyncio
import hashlib
import os
import shutil
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx2
import pytest
from alembic.config import Config
from fastapi import FastAPI
from sqlalchemy import make_url

from alembic import command
from app.adapters.embedded_postgres import EmbeddedPostgres
from app.api.resources import Resources
from app.core.settings import Settings
from app.main import create_app
from tests.factories import Caller, Outbox, World

URL_VARIABLE = "FAREGATE_TEST_DATABASE_URL"
TEMPLATE = "faregate_template"
"""A migrated database that nobody uses: tests that need one of their own get a copy."""
ROOT = Path(__file__).parent.parent
ENCRYPTION_KEY = urlsafe_b64encode(hashlib.sha256(b"faregate tests").digest()).decode()
"""The same in every process: whoever shares a database must be able to read its signing keys."""
running: list[EmbeddedPostgres] = []
# httpx2 looks for trio's sniffio at each request to an application of this process: 0.2 ms to find nothing.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


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
    asyncio.run(make_template(server.url))
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


async def make_template(url: str) -> None:
    """Copy what has just been migrated."""
    connection = await asyncpg.connect(
        make_url(url).set(database="postgres").render_as_string(hide_password=False)
    )
    await connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {make_url(url).database}")
    await connection.close()


def make_secrets() -> dict[str, str]:
    """Secrets for an application on any of the test databases."""
    return {"api_key_pepper": "p" * 43, "encryption_key": ENCRYPTION_KEY}


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
        secrets=make_secrets(),
        # The least that is allowed: tests hash often.
        sessions={"argon2_memory_kib": 19_456},
        http={"public_url": "http://test"},
        limits={
            "anonymous_per_address": 1_000_000,
            "auth_per_address": 1_000_000,
            "auth_global": 1_000_000,
            "unknown_keys_per_address": 1_000_000,
        },
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
