"""Writing compares: what a batch was decided on, and no longer holds, is not overwritten."""

import pytest
from sqlalchemy import select, update

from app.core.admission import UsageTally
from app.core.database import create_driver_pool, transaction
from app.models import ApiKey
from app.repositories.admission_repository import Admissions, StaleDecisionError
from app.services.admission_decision import decide
from app.services.admission_identity import Policy
from tests.factories.gate import call


@pytest.fixture
async def driver_pool(resources):
    """Connections of the driver's own."""
    pool = await create_driver_pool(resources.settings.database, size=1)
    yield pool
    await pool.close()


async def test_a_key_whose_cap_is_lifted_before_its_first_charge_is_written_is_decided_again(
    world, resources, driver_pool
):
    """What an uncapped key spends is not counted: a later cap would begin with it."""
    organization = await world.organization(credits=100)
    key = await world.api_key(organization, credit_cap=50)
    calls = [call(key, cost=30)]

    async with Admissions(driver_pool).at_once() as repository:
        snapshot = await repository.load(calls)
        _, changes = decide(calls, snapshot, Policy(resources.api_key_secrets))
        async with transaction(resources.engine) as session:
            await session.execute(update(ApiKey).where(ApiKey.id == key.row.id).values(credit_cap=None))
        with pytest.raises(StaleDecisionError):
            await repository.apply(changes, snapshot, UsageTally())

    async with transaction(resources.engine) as session:
        assert await session.scalar(select(ApiKey.credits_spent).where(ApiKey.id == key.row.id)) == 0
    assert await world.balance(organization.id) == 100
