"""Nothing acknowledged is lost and nothing is charged twice, whichever process dies under load."""

import asyncio

import pytest
from pydantic import SecretStr

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.main import open_resources
from tests.conftest import migrate
from tests.e2e.gate_client import GateClient
from tests.e2e.servers import Server
from tests.e2e.shoppers import Shoppers, prove_every_purchase
from tests.factories import World

pytestmark = pytest.mark.long

CALLERS = 32
KILLS = 10
PAUSE_SECONDS = 0.03
"""Leaves the machine to the servers that are starting again."""


def customers(servers, service_key, api_key):
    """Shoppers with a connection to each of the servers."""
    return Shoppers(
        lambda: [GateClient(server.port, service_key) for server in servers],
        api_key,
        pause_seconds=PAUSE_SECONDS,
    )


async def test_ten_kills_of_servers_under_load_lose_no_acknowledged_charge_and_repeat_none(
    settings, world, tmp_path
):
    organization = await world.organization(credits=1_000_000)
    key = await world.api_key(organization)
    servers = [Server(settings, tmp_path) for _ in range(2)]
    shoppers = customers(servers, (await world.service_key()).api_key, key.api_key)
    try:
        for server in servers:
            server.start()
        for server in servers:
            await asyncio.to_thread(server.await_ready)
        shopping = [asyncio.create_task(shoppers.shop(n)) for n in range(CALLERS)]
        for kill in range(KILLS):
            victim = servers[kill % 2]
            await asyncio.sleep(0.3)
            victim.kill()
            victim.start()
            await asyncio.to_thread(victim.await_ready)
        shoppers.open = False
        await asyncio.gather(*shopping)
    finally:
        for server in servers:
            server.stop()

    assert len(shoppers.acknowledged) > KILLS * CALLERS
    await prove_every_purchase(world, organization, shoppers)


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL that may be killed: nobody else uses it."""
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        yield server


async def test_postgres_killed_under_load_answers_503_meanwhile_and_recovers_without_a_restart(
    settings, postgres, tmp_path
):
    await asyncio.to_thread(migrate, postgres.url)
    database = settings.database.model_copy(update={"url": SecretStr(postgres.url)})
    async with open_resources(settings.model_copy(update={"database": database})) as resources:
        world = World(resources)
        organization = await world.organization(credits=1_000_000)
        key = await world.api_key(organization)
        service_key = (await world.service_key()).api_key
    server = Server(settings, tmp_path, database_url=postgres.url)
    shoppers = customers([server], service_key, key.api_key)
    try:
        server.start()
        await asyncio.to_thread(server.await_ready)
        shopping = [asyncio.create_task(shoppers.shop(n)) for n in range(CALLERS)]
        await asyncio.sleep(1)
        await asyncio.to_thread(postgres.kill)
        await asyncio.sleep(1)
        bought_before = len(shoppers.acknowledged)
        await asyncio.to_thread(postgres.start)
        await asyncio.sleep(2)
        shoppers.open = False
        await asyncio.gather(*shopping)
    finally:
        server.stop()

    assert set(shoppers.refusals) == {(503, "1")}
    assert len(shoppers.acknowledged) > bought_before > 0
    async with open_resources(settings.model_copy(update={"database": database})) as resources:
        await prove_every_purchase(World(resources), organization, shoppers)
