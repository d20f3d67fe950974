"""Partitions: made ahead, dropped when over, whoever does it and however often."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.identifiers import new_id
from app.core.usage_settings import UsageSettings
from app.repositories.partition_repository import partitions_opener
from app.services.partition_service import PartitionService
from app.utils.datetime import months_later, start_of
from tests.factories.databases import own_database

INSERT = text(
    "INSERT INTO usage_rollups (organization_id, hour, outcome, calls, credits, times)"
    " VALUES (:id, :hour, 'VALID', 1, 1, '{1}')"
)
NAMES = text("SELECT relname FROM pg_class WHERE relnamespace = 'partitions'::regnamespace AND relkind = 'r'")
PLACES = text("SELECT tableoid::regclass::text FROM usage_rollups")


@pytest.fixture
async def engine(database_url):
    """A database of its own, because partitions are everybody's."""
    async with own_database(database_url) as url:
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
        yield engine
        await engine.dispose()


async def run(engine, statement, **values):
    """The first column of what a statement answers."""
    async with engine.begin() as connection:
        answer = await connection.execute(statement, values)
        return list(answer.scalars()) if answer.returns_rows else None


def maintain(engine, **settings):
    """One run of the chore."""
    return PartitionService(partitions_opener(engine), settings=UsageSettings(**settings)).maintain_rollups()


async def test_a_month_that_was_missing_is_made_once_by_however_many_and_takes_its_rows(engine):
    month = months_later(start_of("month", datetime.now(UTC)), 2)
    name = f"usage_rollups_{month:%Y_%m}"
    await run(engine, text(f"DROP TABLE partitions.{name}"))
    await run(engine, INSERT, id=new_id(), hour=month + timedelta(days=3))

    runs = await asyncio.gather(*(maintain(engine) for _ in range(4)))

    assert [made for made, _ in runs if made] == [[name]]
    assert await run(engine, PLACES) == [f"partitions.{name}"]
    assert await maintain(engine) == ([], [])


async def test_what_is_kept_no_longer_is_dropped_and_nothing_else(engine):
    month = start_of("month", datetime.now(UTC))
    old, kept = months_later(month, -3), months_later(month, -2)
    for each in (old, kept):
        span = f"FOR VALUES FROM ('{each.isoformat()}') TO ('{months_later(each, 1).isoformat()}')"
        place = f"partitions.usage_rollups_{each:%Y_%m}"
        await run(engine, text(f"CREATE TABLE {place} PARTITION OF usage_rollups {span}"))
    for hour in (old, kept, month, old - timedelta(days=1)):
        await run(engine, INSERT, id=new_id(), hour=hour)

    _, dropped = await maintain(engine, kept_months=2)

    assert dropped == [f"usage_rollups_{old:%Y_%m}"]
    assert sorted(await run(engine, PLACES)) == [
        f"partitions.usage_rollups_{each:%Y_%m}" for each in (kept, month)
    ]
    assert "usage_rollups_default" in await run(engine, NAMES)
