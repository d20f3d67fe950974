"""A server in a process of its own, as it runs in production, on the database of the tests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.core.settings import Settings
from tests.api.operations import WITH_BODY
from tests.conftest import ROOT

START_SECONDS_MAX = 30


@pytest.fixture(scope="session")
def server_url(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server that accepts the credentials of the application in this process."""
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
            cwd=ROOT,
            env=server_environment(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


def server_environment(settings: Settings) -> dict[str, str]:
    """The settings of the tests, as a process reads them; limits of strangers are out of the way."""
    secrets = settings.secrets
    return {
        **os.environ,
        "FAREGATE_ENVIRONMENT": "test",
        "DATABASE_URL": settings.database.url.get_secret_value(),
        "FAREGATE_SECRETS__API_KEY_PEPPER": secrets.api_key_pepper.get_secret_value(),
        "FAREGATE_SECRETS__SIGNING_KEY": secrets.signing_key.get_secret_value(),
        "FAREGATE_LIMITS__ANONYMOUS_PER_ADDRESS": "1000000",
        "FAREGATE_LIMITS__AUTH_PER_ADDRESS": "1000000",
        "FAREGATE_LIMITS__AUTH_GLOBAL": "1000000",
        "FAREGATE_LOGGING__FORMAT": "json",
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(url: str, log: Path) -> None:
    """Wait for the server, but not for ever."""
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end:
        try:
            if httpx2.get(f"{url}/health/ready", timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}")


JSON = {"Content-Type": "application/json"}
EXAMPLE_KEY = next(each for each in WITH_BODY if str(each) == "POST /api/v1/verify").example["key"]


@pytest.fixture
async def sender(client, world):
    """Sends spoiled bodies as somebody who may do everything, and knows whether anything was consumed."""
    operator = await world.operator()
    customer = await world.organization(credits=1_000)
    key = await world.api_key(customer)

    async def send(operation, body, **headers):
        body = body.replace(EXAMPLE_KEY.encode(), key.api_key.encode())
        return await client.request(
            operation.method, operation.url, content=body, headers={**JSON, **operator.headers, **headers}
        )

    async def balances():
        return [await world.balance(each) for each in (operator.organization_id, customer.id)]

    send.balances = balances
    return send
