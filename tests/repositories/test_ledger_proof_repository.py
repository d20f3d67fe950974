"""Drifts are planted in transactions that are rolled back, so that no other test sees them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.factories.ledger import contradictions_in

FORGED_ENTRY = """
    INSERT INTO ledger_entries (id, organization_id, sequence, kind, amount, moved, balance_after, reason)
    VALUES (gen_random_uuid(), :organization_id, :sequence, 'adjust', :amount, :amount, :balance_after,
            'forged')
"""
SET_ACCOUNT = """
    UPDATE credit_accounts SET available = :available, last_sequence = :last_sequence
    WHERE organization_id = :organization_id
"""


@pytest.fixture
async def session(resources):
    async with AsyncSession(resources.engine) as session:
        yield session
        await session.rollback()


@pytest.fixture
async def organization(world):
    organization = await world.organization(credits=100)
    await world.grant(organization.id, 20)
    return organization


async def forge(session, organization, **entry):
    await session.execute(text(FORGED_ENTRY), {"organization_id": organization.id, **entry})


async def set_account(session, organization, available, last_sequence):
    values = {"organization_id": organization.id, "available": available, "last_sequence": last_sequence}
    await session.execute(text(SET_ACCOUNT), values)


async def test_a_ledger_that_proves_its_balance_has_no_drift(world, session, organization):
    empty = await world.organization(credits=0)

    assert await contradictions_in(session, organization.id) == []
    assert await contradictions_in(session, empty.id) == []


async def test_a_balance_without_entry_is_drift(session, organization):
    await set_account(session, organization, 121, 2)

    assert await contradictions_in(session, organization.id) == [
        "121 credits available, 120 by the ledger",
        "121 credits of balance, 120 as the sum of entries",
        "121 credits available, 120 left in grants",
    ]


async def test_a_gap_in_the_sequence_is_drift(session, organization):
    await forge(session, organization, sequence=4, amount=5, balance_after=125)
    await set_account(session, organization, 125, 4)

    assert await contradictions_in(session, organization.id) == [
        "125 credits available, 120 left in grants",
        "4 entries, 3 found",
        "1 entries contradict those before them",
    ]


async def test_an_entry_behind_the_last_sequence_is_drift(session, organization):
    await forge(session, organization, sequence=3, amount=5, balance_after=125)

    assert await contradictions_in(session, organization.id) == [
        "2 is the last sequence, 3 is the newest entry's"
    ]


async def test_a_wrong_running_balance_is_drift(session, organization):
    await forge(session, organization, sequence=3, amount=5, balance_after=999)
    await set_account(session, organization, 125, 3)

    assert "1 entries contradict those before them" in await contradictions_in(session, organization.id)


@pytest.mark.parametrize(
    ("statement", "contradiction"),
    [
        (
            "UPDATE credit_grants SET remaining = remaining - 1 WHERE amount = 20 AND ",
            "120 credits available, 119 left in grants",
        ),
        ("UPDATE credit_accounts SET burned = 7 WHERE ", "120 credits available, 113 left in grants"),
        ("UPDATE credit_accounts SET held = 3 WHERE ", "3 credits held, 0 in open holds"),
    ],
    ids=["grant", "burned", "held"],
)
async def test_grants_and_holds_that_contradict_the_account_are_drift(
    session, organization, statement, contradiction
):
    await session.execute(
        text(f"{statement} organization_id = :organization_id"), {"organization_id": organization.id}
    )

    assert contradiction in await contradictions_in(session, organization.id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET amount = 1 WHERE organization_id = :organization_id",
        "DELETE FROM ledger_entries WHERE organization_id = :organization_id",
    ],
)
async def test_entries_are_for_ever(session, organization, statement):
    with pytest.raises(DBAPIError, match="immutable"):
        await session.execute(text(statement), {"organization_id": organization.id})
