"""The job queue, for commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.cli.errors import CommandError
from app.cli.secret_box import build_secret_box
from app.core.database import create_engine
from app.core.settings import Settings
from app.repositories.job_repository import OpenJobs, jobs_opener


@asynccontextmanager
async def open_queue(settings: Settings) -> AsyncIterator[OpenJobs]:
    """The queue of this database.

    Raises:
        CommandError: the database is not migrated.
    """
    async with open_engine(settings) as engine:
        yield jobs_opener(engine, build_secret_box(settings))


@asynccontextmanager
async def open_engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The connections of this database.

    Raises:
        CommandError: the database is not migrated.
    """
    engine = create_engine(settings.database, pool_size=2)
    try:
        yield engine
    except ProgrammingError:
        message = "the database lacks tables; run `faregate migrate` first"
        raise CommandError(message) from None
    finally:
        await engine.dispose()
