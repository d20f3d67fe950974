"""Partitions by month: the next ones are there before they are needed, and old ones end."""

from datetime import datetime

from app.core.usage_settings import UsageSettings
from app.repositories.partition_repository import OpenPartitions, PartitionedTable, PartitionRepository
from app.utils.datetime import months_later

MONTHS_AHEAD = 3
ROLLUPS = PartitionedTable("usage_rollups", "hour")


class PartitionService:
    """Makes and drops partitions: as often as one likes, by as many at once as there are."""

    def __init__(self, open_partitions: OpenPartitions, *, settings: UsageSettings) -> None:
        self._open_partitions = open_partitions
        self._settings = settings

    async def maintain(self) -> None:
        """Make what is missing of this month and the next three, and drop what is kept no longer."""
        await self.maintain_rollups()

    async def maintain_rollups(self) -> tuple[list[str], list[str]]:
        """The names of the partitions that were made, and of those that were dropped."""
        async with self._open_partitions() as partitions:
            month = await partitions.lock()
            made = await self._make(partitions, ROLLUPS, month)
            dropped = await self._drop(
                partitions, ROLLUPS, before=months_later(month, -self._settings.kept_months)
            )
        return made, dropped

    async def _make(
        self, partitions: PartitionRepository, table: PartitionedTable, month: datetime
    ) -> list[str]:
        there = {partition.name for partition in await partitions.list(table)}
        made = []
        for ahead in range(MONTHS_AHEAD + 1):
            since = months_later(month, ahead)
            name = f"{table.name}_{since:%Y_%m}"
            if name not in there:
                await partitions.make(table, name, since=since, before=months_later(since, 1))
                made.append(name)
        return made

    async def _drop(
        self, partitions: PartitionRepository, table: PartitionedTable, *, before: datetime
    ) -> list[str]:
        over = [
            partition
            for partition in await partitions.list(table)
            if partition.before is not None and partition.before <= before
        ]
        for partition in over:
            await partitions.drop(partition)
        await partitions.forget(table, before=before)
        return [partition.name for partition in over]
