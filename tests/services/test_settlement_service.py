"""What time alone does to credits, seen by whoever looks next: no sweep ever runs in these tests."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.api.dependencies.settlement_service import build_settlement
from app.core.database import transaction
from app.core.grant_source import GrantSource
from app.models import CreditGrant
from tests.factories.gate import call
from tests.services.test_admission_service import open_gate


def soon(seconds):
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
async def organization(world):
    return await world.organization(credits=0)


@pytest.fixture
async def key(world, organization):
    return await world.api_key(organization)


async def settle(resources, organization):
    """Look at an account, as any reader does."""
    async with transaction(resources.engine) as session:
        settlement = build_settlement(session)
        book = await settlement.open_settled(organization.id)
        await settlement.write(book)
        return book.account.available


async def remaining(resources, organization):
    """What is left of each grant, in the order in which they were made."""
    await settle(resources, organization)
    async with transaction(resources.engine) as session:
        query = select(CreditGrant.remaining).where(CreditGrant.organization_id == organization.id)
        return list(await session.scalars(query.order_by(CreditGrant.created_at)))


async def code_of(resources, key, cost):
    verdict = await resources.gate.admit(call(key, cost=cost))
    return verdict.verdicts[0].code


async def test_an_expired_grant_cannot_be_spent_though_no_sweep_has_run(world, resources, organization, key):
    """Trap C: grants spent after their expiry until a nightly job runs."""
    grant = await world.grant(organization.id, 100)
    before = await code_of(resources, key, 60)
    end = await world.let_change(grant.id, column="expires_at")

    after = await code_of(resources, key, 1)

    assert (before, after) == ("VALID", "INSUFFICIENT_CREDITS")
    expiry = (await world.entries(organization.id))[-1]
    assert (expiry.kind, expiry.amount, expiry.balance_after, expiry.to_account) == (
        *("expire", -40, 0, "expired"),
    )
    assert (expiry.created_at, expiry.grant_id) == (end, grant.id)


async def test_the_rest_of_a_grant_expires_once_however_many_look(world, resources, organization, key):
    """Parallel readers, and two nodes."""
    grant = await world.grant(organization.id, 100)
    await world.grant(organization.id, 5)
    await world.let_change(grant.id, column="expires_at")

    async with open_gate(resources) as other:
        await asyncio.gather(
            *(settle(resources, organization) for _ in range(4)),
            *(gate.admit(call(key, cost=1)) for gate in (resources.gate, other) for _ in range(4)),
        )

    entries = await world.entries(organization.id)
    assert [entry.amount for entry in entries if entry.kind == "expire"] == [-100]
    assert entries[-1].balance_after == await world.balance(organization.id) == 0
    assert [entry.kind for entry in entries].count("charge") == 5


async def test_a_grant_that_is_used_up_expires_without_an_entry(world, resources, organization, key):
    grant = await world.grant(organization.id, 10)
    await code_of(resources, key, 10)
    await world.let_change(grant.id, column="expires_at")

    await settle(resources, organization)

    assert [entry.kind for entry in await world.entries(organization.id)] == ["grant", "charge"]


async def test_grants_are_burned_in_their_order(world, resources, organization, key):
    """Priority, expiry, promo before paid, effective instant, creation."""
    now = datetime.now(UTC)
    later, latest = now + timedelta(days=1), now + timedelta(days=2)
    earlier = now - timedelta(days=1)
    drafts = [
        {"priority": 60},
        {"priority": 50},
        {"priority": 50, "effective_at": earlier},
        {"priority": 50, "source": GrantSource.PROMO},
        {"priority": 50, "expires_at": latest},
        {"priority": 50, "expires_at": later},
        {"priority": 10},
    ]
    for draft in drafts:
        await world.grant(organization.id, 10, **draft)

    steps = []
    for _ in drafts:
        await code_of(resources, key, 10)
        steps.append(await remaining(resources, organization))

    assert steps == [[10] * left + [0] * (7 - left) for left in (6, 5, 4, 3, 2, 1, 0)]


@pytest.mark.parametrize("cost", [15, 35, 65])
async def test_one_charge_burns_several_grants_in_a_row(world, resources, organization, key, cost):
    for priority in (70, 10, 40):
        await world.grant(organization.id, 30, priority=priority)

    await code_of(resources, key, cost)

    last, first, second = await remaining(resources, organization)
    assert first == max(0, 30 - cost)
    assert second == min(30, max(0, 60 - cost))
    assert last == min(30, 90 - cost)


async def test_what_expires_was_not_burned_before_what_comes_first(world, resources, organization, key):
    """Lateness changes nothing: the charge burned the other grant, though nobody wrote that down in time."""
    late = await world.grant(organization.id, 30, priority=80)
    await world.grant(organization.id, 30, priority=20)
    await code_of(resources, key, 20)
    await world.let_change(late.id, column="expires_at")

    left = await remaining(resources, organization)

    assert left == [0, 10]
    assert (await world.entries(organization.id))[-1].amount == -30


async def test_callers_at_once_spend_nothing_of_what_has_expired(world, resources, organization, key):
    """Three grants expire while forty callers spend on two nodes."""
    ends = [soon(0.3), soon(0.4), soon(0.5)]
    grants = [await world.grant(organization.id, 400, expires_at=end) for end in ends]
    async with open_gate(resources) as other:

        async def spend(gate):
            charged = 0
            while datetime.now(UTC) < ends[-1] + timedelta(seconds=0.05):
                verdict = await gate.admit(call(key, cost=3))
                charged += verdict.verdicts[0].charged
                await asyncio.sleep(0.02)
            return charged

        charged = sum(await asyncio.gather(*(spend(gate) for gate in (resources.gate, other) * 8)))

    entries = await world.entries(organization.id)
    expired = {entry.grant_id: -entry.amount for entry in entries if entry.kind == "expire"}
    assert sum(entry.amount for entry in entries) == await world.balance(organization.id) == 0
    assert charged + sum(expired.values()) == 1_200
    assert [entry.created_at for entry in entries] == sorted(entry.created_at for entry in entries)
    assert {grant.id: grant.expires_at for grant in grants if grant.id in expired} == {
        entry.grant_id: entry.created_at for entry in entries if entry.kind == "expire"
    }
