"""Partitions by month: the next ones are there before they are needed, and old ones end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from app.core.exceptions import DatabaseUnavailableError
from app.core.ledger_settings import LedgerSettings
from app.core.usage_settings import UsageSettings
from app.repositories.partition_repository import OpenPartitions, PartitionedTable
from app.utils.datetime import months_later

logger = structlog.get_logger()

MONTHS_AHEAD = 3
ROLLUPS = PartitionedTable("usage_rollups", "hour", fillfactor=70)
LEDGER = PartitionedTable("ledger_entries", "created_at", referred=("credit_accounts",))
ATTEMPTS_MAX = 5
PAUSE_SECONDS = 1


@dataclass(slots=True)
class Maintenance:
    """The names of the partitions that were made, that were dropped, and that had to be kept."""

    made: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)
    """Months of the ledger that do not continue those before them: they are kept, and all after them."""


class PartitionService:
    """Makes and drops partitions: as often as one likes, by as many at once as there are.

    Each in a transaction of its own, which waits for nobody for long: the gate waits behind it.
    """

    def __init__(
        self, open_partitions: OpenPartitions, *, usage: UsageSettings, ledger: LedgerSettings
    ) -> None:
        self._open_partitions = open_partitions
        self._usage = usage
        self._ledger = ledger

    async def maintain(self) -> None:
        """Do it, and log what was done.

        Raises:
            DatabaseUnavailableError: PostgreSQL is away, or somebody reads a table all the time.
        """
        done = await self.run()
        if done.made or done.dropped:
            logger.info("partitions maintained", made=done.made, dropped=done.dropped)
        if done.unsound:
            logger.error("ledger not dropped", unsound=done.unsound)

    async def run(self) -> Maintenance:
        """Make what is missing of this month and the next three, and drop what is kept no longer.

        Raises:
            DatabaseUnavailableError: PostgreSQL is away, or somebody reads a table all the time.
        """
        done = Maintenance()
        for act in (self._make_rollups, self._make_ledger, self._drop_rollups, self._drop_ledger):
            while await patiently(act, done):
                continue
        return done

    async def _make_rollups(self, done: Maintenance) -> bool:
        return await self._make(ROLLUPS, done)

    async def _make_ledger(self, done: Maintenance) -> bool:
        return await self._make(LEDGER, done)

    async def _make(self, table: PartitionedTable, done: Maintenance) -> bool:
        """Make the next month; False: all are there."""
        async with self._open_partitions() as (partitions, _):
            month = await partitions.begin()
            there = {partition.name for partition in await partitions.list(table)}
            for ahead in range(MONTHS_AHEAD + 1):
                since = months_later(month, ahead)
                name = f"{table.name}_{since:%Y_%m}"
                if name not in there:
                    await partitions.make(table, name, since=since, before=months_later(since, 1))
                    break
            else:
                return False
        done.made.append(name)
        return True

    async def _drop_rollups(self, done: Maintenance) -> bool:
        """Drop the oldest month that is kept no longer; False: there is none."""
        async with self._open_partitions() as (partitions, _):
            before = months_later(await partitions.begin(), -self._usage.kept_months)
            oldest = (await partitions.list(ROLLUPS))[0]
            if not oldest.is_over(before):
                await partitions.forget(ROLLUPS, before=before)
                return False
            await partitions.drop(ROLLUPS, oldest)
        done.dropped.append(oldest.name)
        return True

    async def _drop_ledger(self, done: Maintenance) -> bool:
        """Carry the balances out of the oldest month that is kept no longer, and drop it."""
        if self._ledger.kept_months is None:
            return False
        async with self._open_partitions() as (partitions, balances):
            before = months_later(await partitions.begin(), -self._ledger.kept_months)
            oldest = (await partitions.list(LEDGER))[0]
            if oldest.before is None or not oldest.is_over(before):
                return False
            await partitions.close(oldest)
            if await balances.carry(oldest.place, oldest.before):
                done.unsound.append(oldest.name)
                return False
            await partitions.drop(LEDGER, oldest)
        done.dropped.append(oldest.name)
        return True


async def patiently(act: Callable[[Maintenance], Awaitable[bool]], done: Maintenance) -> bool:
    """Try again a moment later, a few times.

    Raises:
        DatabaseUnavailableError: it failed each time.
    """
    for _ in range(1, ATTEMPTS_MAX):
        try:
            return await act(done)
        except DatabaseUnavailableError:
            await asyncio.sleep(PAUSE_SECONDS)
    return await act(done)
