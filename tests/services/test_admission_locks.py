"""Locks that somebody holds and does not let go: whose credits they are waits, and nobody else."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.core.exceptions import DatabaseUnavailableError
from app.models import ApiKey, CreditAccount
from tests.factories.gate import admit_all, call, open_gate

SOON_SECONDS = 4
"""Far less than anybody waits for a lock, and enough for a machine that is busy."""


@asynccontextmanager
async def kept(resources, model, **values):
    """Somebody has a row locked, by hand."""
    async with transaction(resources.engine) as session:
        await session.execute(select(model).filter_by(**values).with_for_update())
        yield


async def admit_soon(gate, *calls):
    async with asyncio.timeout(SOON_SECONDS):
        return await admit_all(gate, *calls)


@pytest.fixture
async def keys(world):
    """Of two organizations; the first one is capped."""
    return [await world.api_key(await world.organization(credits=100), credit_cap=cap) for cap in (50, None)]


@pytest.mark.parametrize("what", ["account", "key"])
async def test_only_the_organization_whose_row_is_kept_is_refused(world, resources, keys, what):
    stuck, sound = keys
    model, values = {
        "account": (CreditAccount, {"organization_id": stuck.row.organization_id}),
        "key": (ApiKey, {"id": stuck.row.id}),
    }[what]

    async with open_gate(resources, patience_seconds=0.6) as gate, kept(resources, model, **values):
        codes = await admit_soon(gate, *[call(sound, cost=1), call(stuck, cost=1)] * 4)
        again = await admit_soon(gate, *[call(sound, cost=1)] * 4, call(stuck, cost=1))

    assert codes[0::2] + again[:4] == ["VALID"] * 8
    assert codes[1::2] + again[4:] == [DatabaseUnavailableError] * 5
    assert await world.balance(sound.row.organization_id) == 92
    assert await world.balance(stuck.row.organization_id) == 100


async def test_neighbours_are_answered_while_the_organization_waits(world, resources, keys):
    stuck, sound = keys

    async with open_gate(resources) as gate:
        async with kept(resources, CreditAccount, organization_id=stuck.row.organization_id):
            waiting = asyncio.ensure_future(admit_all(gate, *[call(stuck, cost=1)] * 3))
            for _ in range(5):
                assert await admit_soon(gate, call(sound, cost=1)) == ["VALID"]
            assert not waiting.done()
        assert await waiting == ["VALID"] * 3

    assert await world.balance(stuck.row.organization_id) == 97
    assert await world.balance(sound.row.organization_id) == 95


async def test_what_costs_nothing_is_answered_though_the_account_is_kept(resources, keys):
    stuck, _ = keys

    async with (
        open_gate(resources, patience_seconds=0) as gate,
        kept(resources, CreditAccount, organization_id=stuck.row.organization_id),
    ):
        codes = await admit_soon(gate, call(stuck, cost=1), call(stuck))

    assert codes == [DatabaseUnavailableError, "VALID"]


async def test_an_account_that_is_due_and_kept_holds_up_nobody_else(world, resources, keys):
    stuck, sound = keys
    grant = await world.grant(stuck.row.organization_id, 7)
    await world.let_change(grant.id, column="expires_at")

    async with open_gate(resources, patience_seconds=0.3) as gate:
        async with kept(resources, CreditAccount, organization_id=stuck.row.organization_id):
            codes = await admit_soon(gate, call(sound, cost=1), call(stuck))
        after = await admit_soon(gate, call(stuck, cost=1))

    assert codes == ["VALID", DatabaseUnavailableError]
    assert after == ["VALID"]
    assert await world.balance(stuck.row.organization_id) == 99
