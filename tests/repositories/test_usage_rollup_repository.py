"""Which rollups a question is about."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.admission import TIME_BOUNDS_US
from app.core.database import transaction
from app.core.identifiers import new_id
from app.models import UsageRollup
from app.repositories.usage_rollup_repository import UsageRollupRepository
from app.schemas.usage import UsageExportQuery, UsageGrouping

NOON = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)


def rollup(organization_id, hour, calls, *, tag=None):
    times = [calls] + [0] * len(TIME_BOUNDS_US)
    return UsageRollup(
        organization_id=organization_id,
        hour=hour,
        api_key_id=None,
        tag=tag,
        outcome="VALID",
        calls=calls,
        credits=2 * calls,
        times=times,
    )


@pytest.fixture
async def organization_id(world):
    """Three calls in one hour, four in the next; two of the three had a tag."""
    organization_id = new_id()
    await world.save(
        rollup(organization_id, NOON - HOUR, 3),
        rollup(organization_id, NOON - HOUR, 2, tag="nightly"),
        rollup(organization_id, NOON, 4),
    )
    return organization_id


@pytest.fixture
def read(resources, organization_id):
    async def read(*, since, until, grouping=UsageGrouping.OUTCOME, **members):
        query = UsageExportQuery(group_by=grouping, **members)
        async with transaction(resources.engine) as session:
            groups = await UsageRollupRepository(session).read(
                organization_id, query, since=since, until=until, size=10
            )
        return [(each.group, each.calls, each.credits, each.times) for each in groups]

    return read


async def test_a_call_counts_once_whatever_its_tags(read):
    assert await read(since=NOON - HOUR, until=NOON + HOUR) == [("VALID", 7, 14, {0: 7})]


async def test_the_beginning_is_part_of_the_time_and_the_end_is_not(read):
    assert await read(since=NOON - HOUR, until=NOON) == [("VALID", 3, 6, {0: 3})]
    assert await read(since=NOON, until=NOON + HOUR) == [("VALID", 4, 8, {0: 4})]


async def test_by_tag_only_what_has_one_is_told(read):
    told = await read(since=NOON - HOUR, until=NOON + HOUR, grouping=UsageGrouping.TAG)

    assert told == [("nightly", 2, 4, {0: 2})]
