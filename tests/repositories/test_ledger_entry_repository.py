"""Drifts are planted in transactions that are rolled back, so that no other test sees them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.repositories.ledger_entry_repository import LedgerEntryRepository

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


async def drifts_of(session, organization):
    drifts = await LedgerEntryRepository(session).find_drifts()
    return [drift for drift in drifts if drift.organization_id == organization.id]


async def test_a_ledger_that_proves_its_balance_has_no_drift(world, session, organization):
    empty = await world.organization(credits=0)

    assert await drifts_of(session, organization) == []
    assert await drifts_of(session, empty) == []


async def test_a_balance_without_entry_is_drift(session, organization):
    await session.execute(
        text(SET_ACCOUNT), {"organization_id": organization.id, "available": 121, "last_sequence": 2}
    )

    (drift,) = await drifts_of(session, organization)

    assert (drift.available, drift.total, drift.wrong_entries) == (121, 120, 0)


async def test_a_gap_in_the_sequence_is_drift(session, organization):
    entry = {"organization_id": organization.id, "sequence": 4, "amount": 5, "balance_after": 125}
    await session.execute(text(FORGED_ENTRY), entry)
    await session.execute(
        text(SET_ACCOUNT), {"organization_id": organization.id, "available": 125, "last_sequence": 4}
    )

    (drift,) = await drifts_of(session, organization)

    assert (drift.last_sequence, drift.entries, drift.wrong_entries) == (4, 3, 1)


async def test_a_wrong_running_balance_is_drift(session, organization):
    entry = {"organization_id": organization.id, "sequence": 3, "amount": 5, "balance_after": 999}
    await session.execute(text(FORGED_ENTRY), entry)
    await session.execute(
        text(SET_ACCOUNT), {"organization_id": organization.id, "available": 125, "last_sequence": 3}
    )

    (drift,) = await drifts_of(session, organization)

    assert (drift.available, drift.total, drift.wrong_entries) == (125, 125, 1)


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
