"""Exact under concurrency, through two server processes on one PostgreSQL."""

import asyncio
from collections import Counter

import pytest

from tests.e2e.gate_client import GateClient
from tests.e2e.servers import Server

pytestmark = pytest.mark.long

CALLERS = 256
CREDITS = 5_000


@pytest.fixture(scope="module")
def two_servers(settings, tmp_path_factory):
    servers = [Server(settings, tmp_path_factory.mktemp("servers")) for _ in range(2)]
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.await_ready()
        yield servers
    finally:
        for server in servers:
            server.stop()


@pytest.fixture
async def service_key(world):
    return (await world.service_key()).api_key


async def call_from_everywhere(servers, service_key, call):
    """Run `call(client)` for every caller at once, half of them at each server; count what they return."""
    clients = [GateClient(servers[n % 2].port, service_key) for n in range(CALLERS)]
    counts = await asyncio.gather(*(call(client) for client in clients))
    for client in clients:
        client.close()
    return sum(counts, Counter())


async def test_256_callers_through_two_processes_get_exactly_5000_credits_worth(
    two_servers, service_key, world
):
    """SEC-54."""
    organization = await world.organization(credits=CREDITS)
    key = await world.api_key(organization)

    async def spend(client):
        verdicts = Counter()
        while not verdicts["INSUFFICIENT_CREDITS"]:
            _, _, verdict = await client.verify(key=key.api_key, cost=1)
            verdicts[verdict["code"]] += 1
        return verdicts

    verdicts = await call_from_everywhere(two_servers, service_key, spend)

    assert verdicts == {"VALID": CREDITS, "INSUFFICIENT_CREDITS": CALLERS}
    assert await world.balance(organization.id) == 0
    entries = await world.entries(organization.id)
    assert [entry.sequence for entry in entries] == list(range(1, CREDITS + 2))
    assert sum(entry.amount for entry in entries) == 0


async def test_a_limit_lets_exactly_its_quota_pass_through_two_processes_in_real_time(
    two_servers, service_key, world
):
    plan = await world.plan(hourly=(50, 3600))
    organization = await world.organization(plan=plan)
    key = await world.api_key(organization)

    async def ask_twice(client):
        verdicts = Counter()
        for _ in range(2):
            _, _, verdict = await client.verify(key=key.api_key, cost=1)
            verdicts[verdict["code"]] += 1
        return verdicts

    verdicts = await call_from_everywhere(two_servers, service_key, ask_twice)

    assert verdicts == {"VALID": 50, "RATE_LIMITED": 2 * CALLERS - 50}
    assert await world.balance(organization.id) == 1_000 - 50


async def test_one_charge_id_is_charged_once_by_256_callers_at_once(two_servers, service_key, world):
    organization = await world.organization(credits=100)
    key = await world.api_key(organization)

    async def pay(client):
        _, _, verdict = await client.verify(key=key.api_key, cost=7, charge_id="order-1")
        return Counter({(verdict["code"], verdict["credits"]["charged"]): 1})

    verdicts = await call_from_everywhere(two_servers, service_key, pay)

    assert verdicts == {("VALID", 7): CALLERS}
    assert await world.balance(organization.id) == 93
