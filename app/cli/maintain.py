"""`faregate maintain`."""

import asyncio

import typer
from sqlalchemy.exc import ProgrammingError

from app.cli.console import complain, say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.core.settings import Settings
from app.repositories.partition_repository import partitions_opener
from app.services.partition_service import Maintenance, PartitionService


def maintain() -> None:
    """Make the partitions of the next months, and drop those that are kept no longer.

    Workers do it every day; run it yourself where there is none, as often as you like. It exits with 1 if a
    month of the ledger would be dropped whose entries do not continue those before them.
    """
    with database_at_hand() as settings:
        done = asyncio.run(maintain_once(settings))
    for line in (*(f"Made {name}." for name in done.made), *(f"Dropped {name}." for name in done.dropped)):
        say(line)
    say("The partitions of this month and the next three are there.")
    if done.unsound:
        complain(*(f"{name} is kept: see faregate verify-ledger" for name in done.unsound))
        raise typer.Exit(1)


async def maintain_once(settings: Settings) -> Maintenance:
    """Do it.

    Raises:
        CommandError: the database is not migrated.
    """
    partitions = partitions_opener(settings.database)
    try:
        return await PartitionService(partitions, usage=settings.usage, ledger=settings.ledger).run()
    except ProgrammingError:
        message = "the database lacks tables; run `faregate migrate` first"
        raise CommandError(message) from None
