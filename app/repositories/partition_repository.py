"""The monthly partitions of a table: made ahead, and dropped when they are over."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import create_engine, transaction
from app.core.database_settings import DatabaseSettings
from app.repositories.carried_balance_repository import CarriedBalanceRepository

SCHEMA = "partitions"
LOCK = 7_302_611
"""The advisory lock of whoever changes partitions: one at a time, on all nodes."""
LOCK_SECONDS = 0.5
"""Who writes waits behind us while we wait for who reads, so we do not wait for long."""
PATIENCE_SECONDS = 3600
"""For adding up a month."""

PARTITIONS = text(
    r"""
    SELECT c.relname, substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \('([^']+)'\)$$)::timestamptz
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = CAST(:parent AS regclass)
    ORDER BY 2 NULLS LAST
    """
)
COLUMNS = text(
    """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    """
)
TRIGGERS = text(
    """
    SELECT pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal
    """
)


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition, and before which instant all of its rows lie; None for the default one."""

    name: str
    before: datetime | None

    @property
    def place(self) -> str:
        """Its name with its schema."""
        return f"{SCHEMA}.{self.name}"

    def is_over(self, instant: datetime) -> bool:
        """Whether all of it lies before an instant."""
        return self.before is not None and self.before <= instant


@dataclass(frozen=True, slots=True)
class PartitionedTable:
    """A table of ours that is partitioned by month, by an instant in `column`."""

    name: str
    column: str
    referred: tuple[str, ...] = ()
    """The tables of its foreign keys: whoever writes locks them first, and so do we."""
    fillfactor: int = 100

    @property
    def default(self) -> str:
        """Where rows go that no month is made for: the pattern of each month, with its keys and triggers."""
        return f"{SCHEMA}.{self.name}_default"


class PartitionRepository:
    """Changes partitions. Names come from our own tables and from dates, never from outside."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self) -> datetime:
        """Wait until nobody else changes partitions; the first of this month, by the database's clock."""
        await self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        month = text("SELECT date_trunc('month', clock_timestamp(), 'UTC')")
        return (await self._session.execute(month)).scalar_one()  # type: ignore[no-any-return]

    async def list(self, table: PartitionedTable) -> Sequence[Partition]:
        """The partitions there are, in the order of their months."""
        rows = await self._session.execute(PARTITIONS, {"parent": table.name})
        return [Partition(name, before) for name, before in rows]

    async def make(self, table: PartitionedTable, name: str, *, since: datetime, before: datetime) -> None:
        """Make a month; what the default partition has of it moves there.

        Raises:
            DatabaseUnavailableError: somebody reads the table, and goes on reading.
        """
        await self._lock(table)
        place, default = f"{SCHEMA}.{name}", table.default
        columns = (await self._session.execute(COLUMNS, {"table": default})).scalar_one()
        triggers = (await self._session.scalars(TRIGGERS, {"table": default})).all()
        span = f"{table.column} >= '{since.isoformat()}' AND {table.column} < '{before.isoformat()}'"
        moved = f"DELETE FROM {default} WHERE {span} RETURNING {columns}"  # noqa: S608
        bounds = f"FOR VALUES FROM ('{since.isoformat()}') TO ('{before.isoformat()}')"
        for statement in (
            f"CREATE TABLE {place} (LIKE {default} INCLUDING ALL) WITH (fillfactor = {table.fillfactor})",
            # What no month was made for is not changed: it gets a place of its own.
            f"ALTER TABLE {default} DISABLE TRIGGER USER",
            f"WITH moved AS ({moved}) INSERT INTO {place} ({columns}) SELECT {columns} FROM moved",  # noqa: S608
            f"ALTER TABLE {default} ENABLE TRIGGER USER",
            *[trigger.replace(f" ON {default} ", f" ON {place} ") for trigger in triggers],
            f"ALTER TABLE {table.name} ATTACH PARTITION {place} {bounds}",
        ):
            await self._session.execute(text(statement))

    async def close(self, partition: Partition) -> None:
        """Let nobody write into a month any more, until the end of this transaction."""
        statement = f"LOCK TABLE {partition.place} IN SHARE MODE"
        await self._session.execute(text(statement))

    async def drop(self, table: PartitionedTable, partition: Partition) -> None:
        """Drop a month with all of its rows.

        Raises:
            DatabaseUnavailableError: somebody reads the table, and goes on reading.
        """
        await self._lock(table)
        # A name cannot be a parameter; this one was read from the catalog of our own schema.
        statement = f"DROP TABLE {partition.place}"
        await self._session.execute(text(statement))

    async def forget(self, table: PartitionedTable, *, before: datetime) -> None:
        """Delete what the default partition has from before this instant."""
        statement = f"DELETE FROM {table.default} WHERE {table.column} < :before"  # noqa: S608
        await self._session.execute(text(statement), {"before": before})

    async def _lock(self, table: PartitionedTable) -> None:
        """In the order in which the gate locks them, so that we never wait for each other."""
        await self._session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        for name in (*table.referred, table.name):
            await self._session.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))


OpenPartitions = Callable[
    [], AbstractAsyncContextManager[tuple[PartitionRepository, CarriedBalanceRepository]]
]
"""Opens a transaction of its own."""


def partitions_opener(settings: DatabaseSettings) -> OpenPartitions:
    """How to change partitions, on a patient connection of its own."""
    patient = settings.model_copy(
        update={"statement_timeout_seconds": PATIENCE_SECONDS, "lock_timeout_seconds": PATIENCE_SECONDS}
    )

    @asynccontextmanager
    async def open_partitions() -> AsyncIterator[tuple[PartitionRepository, CarriedBalanceRepository]]:
        engine = create_engine(patient, pool_size=1)
        try:
            async with transaction(engine) as session:
                yield PartitionRepository(session), CarriedBalanceRepository(session)
        finally:
            await engine.dispose()

    return open_partitions
