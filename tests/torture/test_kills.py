"""Whoever works dies at any moment: servers and PostgreSQL, by kill -9."""

import asyncio
import random
from collections import Counter

import pytest

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.main import open_resources
from tests.conftest import migrate
from tests.e2e.gate_client import GateClient
from tests.e2e.servers import Server
from tests.e2e.shoppers import Shoppers, prove_every_purchase
from tests.factories import World
from tests.torture.conftest import await_recovery
from tests.torture.errands import Grants, Holds, Refunds
from tests.torture.node import on_database
from tests.torture.scale import Scale, scales

PAUSE_SECONDS = 0.03


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL that may be killed: nobody else uses it."""
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        migrate(server.url)
        yield server


async def strike(victim, figures):
    """Kill somebody, and let whoever watches over them start them again."""
    await asyncio.to_thread(victim.kill)
    figures.faults["servers killed" if isinstance(victim, Server) else "PostgreSQL killed"] += 1
    await asyncio.sleep(random.uniform(0, 0.3))
    await asyncio.to_thread(victim.start)


@scales(short=Scale(callers=16, faults=1), torture=Scale(callers=48, faults=12))
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
    errands = [
        Grants(servers, operator, organization),
        Refunds(servers, operator, organization, shoppers),
        *(Holds(servers, key) for _ in range(4)),
    ]
    try:
        for server in servers:
            server.start()
        for server in servers:
            await asyncio.to_thread(server.await_ready)
        working = [asyncio.create_task(shoppers.shop(number)) for number in range(scale.callers)]
        working += [asyncio.create_task(errand.run()) for errand in errands]
        for _ in range(scale.faults):
            for victim in random.sample([*servers, postgres], 3):
                await await_recovery(shoppers, purchases=scale.callers, seconds_max=60)
                await strike(victim, figures)
        await await_recovery(shoppers, purchases=scale.callers, seconds_max=60)
        for each in (shoppers, *errands):
            each.open = False
        await asyncio.gather(*working)
    finally:
        for server in servers:
            server.stop()

    figures.add(shoppers)
    for errand in errands:
        figures.operations += errand.asked
        figures.acknowledged += len(errand.done)
    async with open_resources(on_database(settings, postgres.url)) as resources:
        world = World(resources)
        await prove_every_purchase(world, organization, shoppers)
        prove_every_errand(await world.entries(organization.id), *errands)
    figures.drift = 0


def prove_every_errand(entries, grants, refunds, *holds):
    """Each grant, refund and end of a hold that was answered stands in the ledger once, and no other does."""
    granted = [entry for entry in entries if entry.kind == "grant" and entry.reason == "torture"]
    ended = Counter(hold["state"] for each in holds for hold in each.done)
    kinds = Counter(entry.kind for entry in entries)
    assert len(granted) == len(grants.done) == len({grant["id"] for grant in grants.done})
    assert kinds["refund"] == len(refunds.done) == len({refund["refund_id"] for refund in refunds.done})
    assert kinds["hold"] == ended.total()
    assert kinds["settle"] == ended["settled"]
    # What a settlement leaves of its hold is released as well.
    assert kinds["release"] == ended.total()
    assert sum(entry.moved for entry in entries if entry.kind == "settle") == 3 * ended["settled"]
