"""`faregate maintain`."""

import asyncio

from app.cli.console import say
from app.cli.environment import database_at_hand
from app.cli.queue import open_engine
from app.core.settings import Settings
from app.repositories.partition_repository import partitions_opener
from app.services.partition_service import PartitionService


def maintain() -> None:
    """Make the partitions of the next months, and drop those that are kept no longer.

    Workers do it every day; run it yourself where there is none, as often as you like.
    """
    with database_at_hand() as settings:
        made, dropped = asyncio.run(maintain_once(settings))
    for line in (*(f"Made {name}." for name in made), *(f"Dropped {name}." for name in dropped)):
        say(line)
    say("The partitions of this month and the next three are there.")


async def maintain_once(settings: Settings) -> tuple[list[str], list[str]]:
    """Do it.

    Raises:
        CommandError: the database is not migrated.
    """
    async with open_engine(settings) as engine:
        return await PartitionService(partitions_opener(engine), settings=settings.usage).maintain_rollups()
