"""Clocks that jump, both ways: the application's, and the database's."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import asyncpg

from app.core.clock import system_clock
from app.main import open_resources
from app.services.verification_service import VerificationService
from tests.factories import World
from tests.factories.databases import own_database
from tests.torture.conftest import Shop, await_recovery
from tests.torture.node import on_database, open_node
from tests.torture.scale import Scale, scales

YEAR = timedelta(days=365)
JUMPS = [YEAR * 10, -YEAR * 10, timedelta(hours=1), -timedelta(hours=1), timedelta(0)]
SHIFTED_CLOCK = """
    CREATE SCHEMA shifted;
    CREATE TABLE shifted.clock (shift interval NOT NULL);
    INSERT INTO shifted.clock VALUES ('0');
    CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS
        'SELECT pg_catalog.clock_timestamp() + (SELECT shift FROM shifted.clock)';
    CREATE FUNCTION shifted.now() RETURNS timestamptz STABLE LANGUAGE sql AS
        'SELECT pg_catalog.now() + (SELECT shift FROM shifted.clock)';
"""
"""Found before PostgreSQL's own, because the database's search path names it first."""


class JumpingClock:
    """A clock that somebody sets while everybody looks at it."""

    def __init__(self):
        self.shift = timedelta(0)

    def __call__(self):
        """What it shows."""
        return system_clock() + self.shift


@scales(short=Scale(callers=4, faults=3), torture=Scale(callers=32, faults=60))
async def test_a_clock_of_the_application_that_jumps_changes_no_purchase_and_no_limit(
    settings, world, shop, figures, scale
):
    """Trap B: the caller's clock as truth."""
    service = (await world.service_key()).api_key
    plan = await world.plan(hourly=(10, 3_600))
    limited = await world.api_key(await world.organization(plan=plan))
    clock = JumpingClock()
    async with open_node(settings, service) as node:
        resources = node.app.state.resources
        node.app.state.resources = replace(
            resources,
            clock=clock,
            verification=VerificationService(resources.gate, resources.access_tokens, clock),
        )
        passed = 0
        async with shop.open([node], callers=scale.callers, figures=figures) as shoppers:
            for number in range(scale.faults):
                clock.shift = JUMPS[number % len(JUMPS)]
                figures.faults["jumps"] += 1
                for _ in range(8):
                    _, _, verdict = await node.verify(key=limited.api_key)
                    passed += verdict["valid"]
                await await_recovery(shoppers, purchases=10)

    assert passed == 10
    assert not shoppers.refusals


@asynccontextmanager
async def shifted_database(database_url):
    """A database whose clock can be set; and who sets it."""
    async with own_database(database_url) as url:
        owner = await asyncpg.connect(url)
        await owner.execute(SHIFTED_CLOCK)
        name = await owner.fetchval("SELECT current_database()")
        await owner.execute(f"ALTER DATABASE {name} SET search_path = shifted, public, pg_catalog")
        try:
            yield url, owner
        finally:
            await owner.close()


@scales(short=Scale(callers=4, faults=5), torture=Scale(callers=32, faults=60))
async def test_a_clock_of_the_database_that_jumps_expires_a_grant_once_and_changes_no_purchase(
    settings, database_url, figures, scale
):
    """Traps C: a retry that pays twice; grants spent after their expiry."""
    async with (
        shifted_database(database_url) as (url, owner),
        open_resources(on_database(settings, url)) as resources,
    ):
        world = World(resources)
        organization = await world.organization(credits=1_000_000)
        soon = await world.grant(organization.id, 50_000, expires_at=system_clock() + timedelta(minutes=30))
        shop = Shop(world, organization, (await world.api_key(organization)).api_key)
        service = (await world.service_key()).api_key
        async with (
            open_node(settings, service, url=url) as node,
            shop.open([node], callers=scale.callers, figures=figures) as shoppers,
        ):
            for number in range(scale.faults):
                shift = JUMPS[number % len(JUMPS)]
                await owner.execute("UPDATE shifted.clock SET shift = $1", shift)
                figures.faults["jumps"] += 1
                await await_recovery(shoppers, purchases=20)
        entries = await world.entries(organization.id)

    assert not shoppers.refusals
    assert [entry.grant_id for entry in entries if entry.kind == "expire"] == [soon.id]
