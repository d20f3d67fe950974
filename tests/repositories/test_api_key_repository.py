from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.models import ApiKey
from app.repositories.api_key_repository import ApiKeyRepository
from app.utils.datetime import start_of


@pytest.fixture
def spent_after(resources, world):
    """What counts against a key's cap of 10, all used now, once 5 that were taken at an instant come back."""

    async def spent_after(period, taken_at):
        since = start_of(period, datetime.now(UTC)) if period else None
        key = await world.api_key(
            await world.organization(),
            credit_cap=10,
            credit_cap_period=period,
            credits_spent=10,
            spending_since=since,
        )
        async with transaction(resources.engine) as session:
            await ApiKeyRepository(session).give_back(key.row.id, 5, taken_at=taken_at)
        async with transaction(resources.engine) as session:
            return (await session.get_one(ApiKey, key.row.id)).credits_spent

    return spent_after


@pytest.mark.parametrize("period", ["day", "month"])
async def test_credits_of_an_earlier_period_give_no_room_in_this_one(spent_after, period):
    before = start_of(period, datetime.now(UTC)) - timedelta(microseconds=1)

    assert await spent_after(period, before) == 10


@pytest.mark.parametrize("period", ["day", "month", None])
async def test_credits_that_were_counted_against_the_cap_give_their_room_back(spent_after, period):
    assert await spent_after(period, datetime.now(UTC)) == 5


async def test_a_cap_for_life_gets_back_what_was_taken_long_ago(spent_after):
    assert await spent_after(None, datetime(2026, 1, 17, tzinfo=UTC)) == 5
