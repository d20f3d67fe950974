"""Thresholds: one event for each time that credits fall to one, however they move and whoever moves them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.api.dependencies.settlement_service import build_settlement
from app.core.database import transaction
from app.models import CreditAccount, CreditEvent, LedgerKind
from tests.factories.gate import call
from tests.services.test_admission_service import admit_all, open_gate


async def set_thresholds(resources, organization, *thresholds):
    async with transaction(resources.engine) as session:
        watching = update(CreditAccount).where(CreditAccount.organization_id == organization.id)
        await session.execute(watching.values(thresholds=sorted(thresholds) or None))


async def events_of(resources, organization):
    """What was told, in its order: (threshold, available then)."""
    async with transaction(resources.engine) as session:
        query = select(CreditEvent).where(CreditEvent.organization_id == organization.id)
        events = list(await session.scalars(query.order_by(CreditEvent.sequence)))
    return [(event.threshold, event.available_after) for event in events]


async def move(resources, organization, *movements):
    """Let credits move at one instant, past the gate."""
    async with transaction(resources.engine) as session:
        settlement = build_settlement(session)
        book = await settlement.open(organization.id)
        for kind, credits in movements:
            book.move(kind, credits, reason="test")
        await settlement.write(book)


@pytest.fixture
async def organization(world, resources):
    organization = await world.organization(credits=100)
    await set_thresholds(resources, organization, 40, 90)
    return organization


@pytest.fixture
async def key(world, organization):
    return await world.api_key(organization)


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        ([9], []),
        ([10], [(90, 90)]),
        ([11, 1], [(90, 89)]),
        ([70], [(90, 30), (40, 30)]),
        ([10, 49, 1, 40], [(90, 90), (40, 40)]),
    ],
    ids=["above", "to it", "once", "past both", "all gone"],
)
async def test_a_charge_that_falls_to_a_threshold_tells_it_once(resources, organization, key, costs, told):
    for cost in costs:
        await resources.gate.admit(call(key, cost=cost))

    assert await events_of(resources, organization) == told


async def test_sixty_four_charges_at_once_on_two_nodes_tell_once_each(world, resources, organization, key):
    calls = [call(key, cost=1, charge_id=f"c-{number}") for number in range(32)]
    others = [call(key, cost=1, charge_id=f"d-{number}") for number in range(32)]
    async with open_gate(resources, batch_max=3) as other:
        await asyncio.gather(admit_all(resources.gate, *calls), admit_all(other, *others))
        again = await admit_all(other, *calls, *others)

    assert set(again) == {"VALID"}
    assert await world.balance(organization.id) == 36
    assert await events_of(resources, organization) == [(90, 90), (40, 40)]


async def test_a_charge_in_the_middle_of_a_batch_is_the_one_that_is_named(
    world, resources, organization, key
):
    await admit_all(resources.gate, *(call(key, cost=7) for _ in range(3)))

    (fallen,) = [entry for entry in await world.entries(organization.id) if entry.balance_after == 86]
    async with transaction(resources.engine) as session:
        query = select(CreditEvent).where(CreditEvent.organization_id == organization.id)
        (event,) = await session.scalars(query)
    assert (event.entry_id, event.created_at) == (fallen.id, fallen.created_at)


async def test_a_hold_tells_too_because_what_is_held_cannot_be_spent(resources, organization, key):
    await resources.gate.admit(call(key, cost=60, hold_seconds=60))

    assert await events_of(resources, organization) == [(90, 40), (40, 40)]


async def test_it_is_told_again_when_it_was_above_in_between(resources, organization, key):
    await resources.gate.admit(call(key, cost=60))
    await move(resources, organization, (LedgerKind.ADJUST, 1))
    await resources.gate.admit(call(key, cost=1))

    assert await events_of(resources, organization) == [(90, 40), (40, 40), (40, 40)]


async def test_what_comes_and_goes_at_one_instant_tells_nothing(resources, organization):
    """A hold that expires gives back to a grant that has expired: nobody could have spent that."""
    await move(resources, organization, (LedgerKind.HOLD, 60))
    await move(resources, organization, (LedgerKind.RELEASE, 60), (LedgerKind.EXPIRE, 60))

    assert await events_of(resources, organization) == [(90, 40), (40, 40)]


async def test_an_expiry_tells_at_its_instant_though_nobody_looked(world, resources, organization):
    soon = datetime.now(UTC) + timedelta(hours=1)
    grant = await world.grant(organization.id, 50, expires_at=soon, priority=80)
    await move(resources, organization, (LedgerKind.ADJUST, -80))
    end = await world.let_change(grant.id, column="expires_at")

    await move(resources, organization)

    async with transaction(resources.engine) as session:
        query = select(CreditEvent).where(CreditEvent.organization_id == organization.id)
        *_, last = await session.scalars(query.order_by(CreditEvent.sequence))
    assert (last.threshold, last.available_after, last.created_at) == (40, 20, end)


async def test_a_threshold_set_while_a_batch_is_being_decided_is_told(world, resources):
    """The statement that writes the charge reads the thresholds, under the account's lock."""
    organization = await world.organization(credits=100)
    key = await world.api_key(organization)
    async with transaction(resources.engine) as session:
        account = await session.get_one(CreditAccount, organization.id, with_for_update=True)
        charging = asyncio.create_task(resources.gate.admit(call(key, cost=60)))
        await asyncio.sleep(0.1)
        account.thresholds = [50]

    await charging

    assert await events_of(resources, organization) == [(50, 40)]


async def test_events_are_immutable(resources, organization, key):
    await resources.gate.admit(call(key, cost=10))

    for change in ("UPDATE credit_events SET threshold = 7", "DELETE FROM credit_events"):
        with pytest.raises(DBAPIError, match="immutable"):
            async with transaction(resources.engine) as session:
                await session.execute(text(change))
