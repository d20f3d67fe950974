"""Partitions: made ahead, dropped when over, whoever does it and however often."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.identifiers import new_id
from app.utils.datetime import months_later
from tests.factories.databases import own_database
from tests.factories.partitions import maintain, month

INSERT = text(
    "INSERT INTO usage_rollups (organization_id, hour, outcome, calls, credits, times)"
    " VALUES (:id, :hour, 'VALID', 1, 1, '{1}')"
)
NAMES = text("SELECT relname FROM pg_class WHERE relnamespace = 'partitions'::regnamespace AND relkind = 'r'")
PLACES = text("SELECT tableoid::regclass::text FROM usage_rollups")


@pytest.fixture
async def url(database_url):
    """A database of its own, because partitions are everybody's."""
    async with own_database(database_url) as url:
        yield url


@pytest.fixture
async def engine(url):
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    yield engine
    await engine.dispose()


async def run(engine, statement, **values):
    """The first column of what a statement answers."""
    async with engine.begin() as connection:
        answer = await connection.execute(statement, values)
        return list(answer.scalars()) if answer.returns_rows else None


async def test_a_month_that_was_missing_is_made_once_by_however_many_and_takes_its_rows(url, engine):
    name = f"usage_rollups_{month(2):%Y_%m}"
    await run(engine, text(f"DROP TABLE partitions.{name}"))
    await run(engine, INSERT, id=new_id(), hour=month(2) + timedelta(days=3))

    runs = await asyncio.gather(*(maintain(url) for _ in range(4)))

    assert [done.made for done in runs if done.made] == [[name]]
    assert await run(engine, PLACES) == [f"partitions.{name}"]
    assert (await maintain(url)).made == []


async def test_what_is_kept_no_longer_is_dropped_and_nothing_else(url, engine):
    old, kept = month(-3), month(-2)
    for each in (old, kept):
        span = f"FOR VALUES FROM ('{each.isoformat()}') TO ('{months_later(each, 1).isoformat()}')"
        place = f"partitions.usage_rollups_{each:%Y_%m}"
        await run(engine, text(f"CREATE TABLE {place} PARTITION OF usage_rollups {span}"))
    for hour in (old, kept, month(0), old - timedelta(days=1)):
        await run(engine, INSERT, id=new_id(), hour=hour)

    done = await maintain(url, usage=2)

    assert done.dropped == [f"usage_rollups_{old:%Y_%m}"]
    assert sorted(await run(engine, PLACES)) == [
        f"partitions.usage_rollups_{each:%Y_%m}" for each in (kept, month(0))
    ]
    assert "usage_rollups_default" in await run(engine, NAMES)


async def test_whoever_reads_for_long_makes_the_gate_wait_for_half_a_second_at_most(url, engine):
    name = f"ledger_entries_{month(3):%Y_%m}"
    await run(engine, text(f"DROP TABLE partitions.{name}"))
    waits = []
    async with engine.connect() as reading, asyncio.TaskGroup() as tasks:
        await reading.execute(text("SELECT count(*) FROM ledger_entries"))
        making = tasks.create_task(maintain(url))
        began = time.monotonic()
        while time.monotonic() < began + 1.2:
            asked = time.monotonic()
            await run(engine, text("LOCK TABLE ledger_entries IN ROW EXCLUSIVE MODE"))
            waits.append(time.monotonic() - asked)
            await asyncio.sleep(0.02)
        await reading.rollback()

    assert making.result().made == [name]
    assert 0.1 < max(waits) < 2
