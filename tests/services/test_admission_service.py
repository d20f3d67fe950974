"""The gate on PostgreSQL: batches that are exact, answers that are durable, neighbours that are safe."""

import asyncio
import secrets

import pytest
from sqlalchemy import select, text, update

from app.core.admission import LimitDemand
from app.core.database import transaction
from app.core.database_settings import DatabaseSettings
from app.core.exceptions import (
    DatabaseUnavailableError,
    OverloadedError,
    RateLimitedError,
)
from app.core.gcra import Quota
from app.models import ApiKey, CreditAccount
from tests.factories.gate import admit_all, call, open_gate


async def admit_on_both(one, other, *calls):
    """The codes of the calls, asked of two nodes at once."""
    here, there = await asyncio.gather(admit_all(one, *calls), admit_all(other, *calls))
    return here + there


def fresh_quota(units):
    """A limit that no other test knows."""
    return Quota(f"test:{secrets.token_hex(6)}", units, 60, units)


async def test_an_answer_leaves_after_its_charge_is_committed(world, resources):
    organization = await world.organization(credits=10)
    key = await world.api_key(organization)

    await resources.gate.admit(call(key, cost=3))

    assert await world.balance(organization.id) == 7


async def test_callers_at_once_spend_exactly_what_there_is(world, resources):
    """Trap C: check-then-deduct, so that concurrent calls overspend."""
    organization = await world.organization(credits=20)
    keys = [await world.api_key(organization) for _ in range(3)]

    codes = await admit_all(resources.gate, *(call(keys[n % 3], cost=1) for n in range(60)))

    assert codes.count("VALID") == 20
    assert codes.count("INSUFFICIENT_CREDITS") == 40
    entries = await world.entries(organization.id)
    assert [entry.balance_after for entry in entries] == list(range(20, -1, -1))
    assert [entry.sequence for entry in entries] == list(range(1, 22))


async def test_two_nodes_over_the_same_accounts_are_exact_and_never_deadlock(world, resources):
    organizations = [await world.organization(credits=30) for _ in range(4)]
    keys = [await world.api_key(organization) for organization in organizations]
    options = {"batch_max": 7, "flushes_max": 2}

    async with open_gate(resources, **options) as one, open_gate(resources, **options) as other:
        here = admit_all(one, *(call(key, cost=1) for _ in range(12) for key in keys))
        there = admit_all(other, *(call(key, cost=1) for _ in range(12) for key in reversed(keys)))
        codes = [code for node in await asyncio.gather(here, there) for code in node]

    assert codes == ["VALID"] * 96
    assert [await world.balance(organization.id) for organization in organizations] == [6] * 4


async def test_a_cap_holds_over_two_nodes(world, resources):
    organization = await world.organization(credits=100)
    key = await world.api_key(organization, credit_cap=9)

    async with open_gate(resources) as other:
        codes = await admit_on_both(resources.gate, other, *[call(key, cost=1)] * 10)

    assert codes.count("VALID") == 9
    assert await world.balance(organization.id) == 91


async def test_a_charge_id_is_charged_once_though_asked_on_two_nodes_at_once(world, resources):
    """Trap C: a retry that pays twice."""
    organization = await world.organization(credits=100)
    key = await world.api_key(organization)

    async with open_gate(resources) as other:
        codes = await admit_on_both(resources.gate, other, *[call(key, cost=5, charge_id="once")] * 10)

    assert codes == ["VALID"] * 20
    assert await world.balance(organization.id) == 95


async def test_a_limit_is_exact_over_two_nodes(world, resources):
    plan = await world.plan(minute=(7, 3_600))
    organization = await world.organization(plan=plan)
    key = await world.api_key(organization)

    async with open_gate(resources) as other:
        codes = await admit_on_both(resources.gate, other, *[call(key)] * 10)

    assert codes.count("VALID") == 7


async def test_a_demand_is_exact_over_two_nodes_from_its_very_first_call_on(resources):
    """Trap A2: count-then-add is not atomic."""
    demand = LimitDemand("ip:192.0.2.1", fresh_quota(7))

    async with open_gate(resources) as other:
        answers = await asyncio.gather(
            *(gate.take(demand) for gate in (resources.gate, other) for _ in range(10)),
            return_exceptions=True,
        )

    refused = [answer for answer in answers if isinstance(answer, RateLimitedError)]
    assert len(refused) == 13
    assert all(0 < error.retry_after_seconds <= 9 for error in refused)


async def test_demands_are_taken_together_or_not_at_all(resources):
    tight, wide = (LimitDemand("ip:192.0.2.1", fresh_quota(units)) for units in (1, 5))
    await resources.gate.take(tight, wide)

    with pytest.raises(RateLimitedError):
        await resources.gate.take(tight, wide)

    (take,) = await resources.gate.take(wide)
    assert take.remaining == 3


async def test_one_broken_account_fails_its_own_calls_and_nobody_elses(world, resources):
    """Trap C: a ledger failure that lets the request through."""
    broken, sound = [await world.organization(credits=50) for _ in range(2)]
    async with transaction(resources.engine) as session:
        # The next entry's number is taken already: the ledger refuses it.
        statement = update(CreditAccount).where(CreditAccount.organization_id == broken.id)
        await session.execute(statement.values(last_sequence=0))
    bad, good = await world.api_key(broken), await world.api_key(sound)

    codes = await admit_all(resources.gate, *[call(good, cost=1), call(bad, cost=1)] * 3)

    assert codes[0::2] == ["VALID"] * 3
    assert "VALID" not in codes[1::2]
    assert (await world.balance(broken.id), await world.balance(sound.id)) == (50, 47)


async def test_a_row_that_somebody_edits_does_not_hold_up_the_callers_of_its_key(world, resources):
    """Trap C: `last_used_at` written through the entity, so that callers of one key serialise or deadlock."""
    key = await world.api_key(await world.organization())

    async with transaction(resources.engine) as session:
        await session.execute(select(ApiKey).where(ApiKey.id == key.row.id).with_for_update())
        codes = await asyncio.wait_for(admit_all(resources.gate, *[call(key, cost=1)] * 5), timeout=2)

    assert codes == ["VALID"] * 5


async def test_use_is_noted_soon_and_does_not_make_a_new_version_of_the_key(world, resources):
    key = await world.api_key(await world.organization())

    async with open_gate(resources) as gate:
        await gate.admit(call(key))

    async with transaction(resources.engine) as session:
        row = await session.get_one(ApiKey, key.row.id)
    assert row.last_used_at is not None
    assert (row.version, row.updated_at) == (key.row.version, key.row.updated_at)


async def test_an_absent_database_is_told_to_everyone_and_lets_nobody_through(world, resources):
    """Trap C: a limiter or ledger failure that lets the request through."""
    key = await world.api_key(await world.organization())
    nowhere = DatabaseSettings(url="postgresql://nobody@127.0.0.1:1/nowhere", connect_timeout_seconds=2)

    async with open_gate(resources, database=nowhere) as gate:
        codes = await admit_all(gate, *[call(key)] * 5)

    assert codes == [DatabaseUnavailableError] * 5


async def test_a_connection_that_was_cut_is_replaced_without_anyone_noticing(world, resources):
    key = await world.api_key(await world.organization(credits=10))

    async with open_gate(resources) as gate:
        await gate.admit(call(key, cost=1))
        async with gate._admissions.at_once() as repository:
            pid = await repository._connection.fetchval("SELECT pg_backend_pid()")
        async with transaction(resources.engine) as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        codes = await admit_all(gate, *[call(key, cost=1)] * 5)

    assert codes == ["VALID"] * 5
    assert await world.balance(key.row.organization_id) == 4


async def test_a_full_queue_is_an_error_of_the_server_and_not_a_verdict(world, resources):
    key = await world.api_key(await world.organization())

    async with open_gate(resources, queue_max=1, batch_max=1, flushes_max=1) as gate:
        codes = await admit_all(gate, *[call(key)] * 5)

    assert set(codes) == {"VALID", OverloadedError}
