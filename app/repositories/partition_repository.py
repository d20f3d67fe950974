"""The monthly partitions of a table: made ahead, and dropped when they are over."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import transaction

SCHEMA = "partitions"
LOCK = 7_302_611
"""The advisory lock of whoever changes partitions: one at a time, on all nodes."""

PARTITIONS = text(
    r"""
    SELECT c.relname, substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \('([^']+)'\)$$)::timestamptz
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = CAST(:parent AS regclass)
    ORDER BY c.relname
    """
)


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition, and before which instant all of its rows lie; None for the default one."""

    name: str
    before: datetime | None


@dataclass(frozen=True, slots=True)
class PartitionedTable:
    """A table of ours that is partitioned by month, by an instant in `column`."""

    name: str
    column: str

    @property
    def default(self) -> str:
        """Where rows go that no month is made for."""
        return f"{SCHEMA}.{self.name}_default"


class PartitionRepository:
    """Changes partitions. Names come from our own tables and from dates, never from outside."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> datetime:
        """Wait until nobody else changes partitions; the first of this month, by the database's clock."""
        await self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        month = text("SELECT date_trunc('month', clock_timestamp(), 'UTC')")
        return (await self._session.execute(month)).scalar_one()  # type: ignore[no-any-return]

    async def list(self, table: PartitionedTable) -> Sequence[Partition]:
        """The partitions there are."""
        rows = await self._session.execute(PARTITIONS, {"parent": table.name})
        return [Partition(name, before) for name, before in rows]

    async def make(self, table: PartitionedTable, name: str, *, since: datetime, before: datetime) -> None:
        """Make a month; what the default partition has of it moves there."""
        place = f"{SCHEMA}.{name}"
        span = f"{table.column} >= '{since.isoformat()}' AND {table.column} < '{before.isoformat()}'"
        into = f"INSERT INTO {place} SELECT * FROM moved"  # noqa: S608
        bounds = f"FOR VALUES FROM ('{since.isoformat()}') TO ('{before.isoformat()}')"
        for statement in (
            f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE",
            f"CREATE TABLE {place} (LIKE {table.name} INCLUDING ALL) WITH (fillfactor = 70)",
            f"WITH moved AS (DELETE FROM {table.default} WHERE {span} RETURNING *) {into}",  # noqa: S608
            f"ALTER TABLE {table.name} ATTACH PARTITION {place} {bounds}",
        ):
            await self._session.execute(text(statement))

    async def drop(self, partition: Partition) -> None:
        """Drop a month with all of its rows."""
        # A name cannot be a parameter; this one was read from the catalog of our own schema.
        statement = f"DROP TABLE {SCHEMA}.{partition.name}"
        await self._session.execute(text(statement))

    async def forget(self, table: PartitionedTable, *, before: datetime) -> None:
        """Delete what the default partition has from before this instant."""
        statement = f"DELETE FROM {table.default} WHERE {table.column} < :before"  # noqa: S608
        await self._session.execute(text(statement), {"before": before})


OpenPartitions = Callable[[], AbstractAsyncContextManager[PartitionRepository]]
"""Opens a transaction of its own."""


def partitions_opener(engine: AsyncEngine) -> OpenPartitions:
    """How to change partitions where there is no request."""

    @asynccontextmanager
    async def open_partitions() -> AsyncIterator[PartitionRepository]:
        async with transaction(engine) as session:
            yield PartitionRepository(session)

    return open_partitions
