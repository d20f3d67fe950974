"""Use that nothing was written with is noted a moment later, or when the process ends."""

from datetime import UTC, datetime

from app.core.admission import UsageTally
from app.core.database import create_driver_pool, transaction
from app.core.identifiers import new_id
from app.repositories.admission_repository import Admissions
from app.repositories.usage_rollup_repository import UsageRollupRepository
from app.services.usage_recorder import UsageRecorder
from tests.factories.usage import outcomes_of


async def test_who_closes_the_recorder_waits_until_what_was_deferred_is_noted(resources):
    organization_id = new_id()
    pool = await create_driver_pool(resources.settings.database, size=1)
    recorder = UsageRecorder(Admissions(pool))

    recorder.defer(UsageTally([organization_id], [None], ["RATE_LIMITED"], [0], [0]), datetime.now(UTC))
    await recorder.close()
    await pool.close()

    async with transaction(resources.engine) as session:
        await UsageRollupRepository(session).fold()
    assert await outcomes_of(resources, organization_id) == {"RATE_LIMITED": 1}
