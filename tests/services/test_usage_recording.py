"""Use on PostgreSQL: in the charge's own statement, folded once, whoever folds."""

import asyncio

import pytest
from sqlalchemy import select

from app.core.database import create_driver_pool, transaction
from app.models import UsageRollup
from app.repositories.admission_repository import Admissions
from tests.factories.gate import call


@pytest.fixture
async def driver_pool(resources):
    """Connections as the gate has them."""
    pool = await create_driver_pool(resources.settings.database, size=4)
    yield pool
    await pool.close()


async def fold(pool):
    """Fold all there is."""
    async with Admissions(pool).at_once() as repository:
        while await repository.fold_usage():
            continue


async def rollups(resources, organization):
    """(key, tag, outcome) -> calls, credits, and the sum of the buckets."""
    query = select(UsageRollup).where(UsageRollup.organization_id == organization.id)
    async with transaction(resources.engine) as session:
        rows = (await session.scalars(query)).all()
    found = {}
    for row in rows:
        before = found.get((row.api_key_id, row.tag, row.outcome), (0, 0, 0))
        now = (row.calls, row.credits, sum(row.times))
        found[row.api_key_id, row.tag, row.outcome] = tuple(map(sum, zip(before, now, strict=True)))
    return found


async def test_what_was_charged_is_rolled_up_by_key_tag_and_outcome(world, resources, driver_pool):
    organization = await world.organization(credits=7)
    one, other = [await world.api_key(organization) for _ in range(2)]

    for _ in range(3):
        await resources.gate.admit(call(one, cost=2, tags=("a", "b")))
    await resources.gate.admit(call(other, cost=1))
    await fold(driver_pool)

    assert await rollups(resources, organization) == {
        (one.row.id, None, "VALID"): (3, 6, 3),
        (one.row.id, "a", "VALID"): (3, 6, 3),
        (one.row.id, "b", "VALID"): (3, 6, 3),
        (other.row.id, None, "VALID"): (1, 1, 1),
    }


async def test_a_charge_and_its_use_are_committed_together(world, resources, driver_pool):
    """Trap C: a decrement buffered in memory and lost in a crash."""
    organization = await world.organization(credits=100)
    key = await world.api_key(organization)

    await resources.gate.admit(call(key, cost=9))
    # Nothing of the gate's is told to finish: the row is there because the charge is.
    await fold(driver_pool)

    assert (await rollups(resources, organization))[key.row.id, None, "VALID"][:2] == (1, 9)


async def test_refusals_are_rolled_up_a_moment_later(world, resources, driver_pool):
    organization = await world.organization(credits=1)
    key = await world.api_key(organization)

    await resources.gate.admit(call(key, cost=5))
    async with asyncio.timeout(5):
        while not (found := await rollups(resources, organization)):
            await asyncio.sleep(0.1)
            await fold(driver_pool)

    assert found[key.row.id, None, "INSUFFICIENT_CREDITS"] == (1, 0, 1)


async def test_a_tally_is_folded_once_though_several_fold_at_once(world, resources, driver_pool):
    organization = await world.organization(credits=1_000)
    keys = [await world.api_key(organization) for _ in range(3)]

    for _ in range(5):
        await asyncio.gather(*(resources.gate.admit(call(key, cost=1)) for key in keys for _ in range(4)))
        await asyncio.gather(*(fold(driver_pool) for _ in range(3)))

    found = await rollups(resources, organization)
    assert found == {(key.row.id, None, "VALID"): (20, 20, 20) for key in keys}
