"""A server in a process of its own, as it runs in production; and somebody who sends it spoiled bodies."""

from collections.abc import Iterator

import pytest

from app.core.settings import Settings
from tests.api.operations import WITH_BODY
from tests.e2e.servers import Server

UNLIMITED = "1000000"


@pytest.fixture(scope="session")
def server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that accepts the credentials of the application in this process."""
    running = Server(
        settings,
        tmp_path_factory.mktemp("server"),
        FAREGATE_LIMITS__ANONYMOUS_PER_ADDRESS=UNLIMITED,
        FAREGATE_LIMITS__AUTH_PER_ADDRESS=UNLIMITED,
        FAREGATE_LIMITS__AUTH_GLOBAL=UNLIMITED,
        FAREGATE_LOGGING__FORMAT="json",
    )
    running.start()
    try:
        running.await_ready()
        yield running
    finally:
        running.stop()


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
