"""Whoever works dies at any moment: servers and PostgreSQL, by kill -9."""

import asyncio
import random
from uuid import uuid4

import pytest

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.main import open_resources
from tests.conftest import migrate
from tests.e2e.gate_client import GateClient
from tests.e2e.servers import Server
from tests.e2e.shoppers import Shoppers, prove_every_purchase
from tests.factories import World
from tests.torture.conftest import await_recovery
from tests.torture.node import on_database
from tests.torture.scale import Scale, scales

GRANTS = "/api/v1/credits/grants"
PAUSE_SECONDS = 0.01


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL that may be killed: nobody else uses it."""
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        migrate(server.url)
        yield server


class Granter:
    """Somebody who grants a credit at a time, and repeats each grant by its key until it is answered."""

    def __init__(self, servers, credential, organization):
        self.granted = []
        self.asked = 0
        self.open = True
        self._clients = [GateClient(server.port, credential) for server in servers]
        self._draft = {"organization_id": str(organization.id), "amount": 1, "reason": "torture"}

    async def grant(self):
        """Grant one after the other."""
        while self.open:
            key = str(uuid4())
            while not await self._ask(key):
                await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)
        for client in self._clients:
            client.close()

    async def _ask(self, key):
        self.asked += 1
        try:
            async with asyncio.timeout(30):
                client = random.choice(self._clients)
                status, _, entry = await client.post(GRANTS, self._draft, Idempotency_Key=key)
        except ConnectionError:
            return False
        if status == 201:
            self.granted.append(entry["id"])
        assert status in {201, 409, 503}, entry
        return status == 201


async def strike(victim, figures):
    """Kill somebody, and let whoever watches over them start them again."""
    await asyncio.to_thread(victim.kill)
    figures.faults["servers killed" if isinstance(victim, Server) else "PostgreSQL killed"] += 1
    await asyncio.sleep(random.uniform(0, 0.3))
    await asyncio.to_thread(victim.start)


@scales(short=Scale(callers=16, faults=1), torture=Scale(callers=64, faults=20), is_long=True)
async def test_kills_of_servers_and_of_postgres_lose_nothing_that_was_answered_and_repeat_nothing(
    settings, postgres, tmp_path, figures, scale
):
    """Traps C: a retry that pays twice; a decrement buffered in memory and lost in a crash."""
    async with open_resources(on_database(settings, postgres.url)) as resources:
        world = World(resources)
        organization = await world.organization(credits=1_000_000)
        key = (await world.api_key(organization)).api_key
        service = (await world.service_key()).api_key
        operator = (await world.operator(by="api_key")).credential
    servers = [Server(settings, tmp_path, database_url=postgres.url) for _ in range(2)]
    shoppers = Shoppers(
        lambda: [GateClient(server.port, service) for server in servers], key, pause_seconds=PAUSE_SECONDS
    )
    granter = Granter(servers, operator, organization)
    try:
        for server in servers:
            server.start()
        for server in servers:
            await asyncio.to_thread(server.await_ready)
        working = [asyncio.create_task(shoppers.shop(number)) for number in range(scale.callers)]
        working.append(asyncio.create_task(granter.grant()))
        for _ in range(scale.faults):
            for victim in random.sample([*servers, postgres], 3):
                await await_recovery(shoppers, purchases=scale.callers, seconds_max=60)
                await strike(victim, figures)
        await await_recovery(shoppers, purchases=scale.callers, seconds_max=60)
        shoppers.open = granter.open = False
        await asyncio.gather(*working)
    finally:
        for server in servers:
            server.stop()

    figures.add(shoppers)
    figures.operations += granter.asked
    figures.acknowledged += len(granter.granted)
    async with open_resources(on_database(settings, postgres.url)) as resources:
        world = World(resources)
        await prove_every_purchase(world, organization, shoppers)
        entries = await world.entries(organization.id)
    assert [str(entry.id) for entry in entries if entry.reason == "torture"] == granter.granted
    figures.drift = 0
