"""Run migrations on asyncpg, with the same settings as the application."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from alembic import context
from app.cli.environment import database_at_hand, load_environment_file
from app.models import Base


def name_by_time(
    _context: MigrationContext, _revision: object, directives: Iterable[MigrationScript]
) -> None:
    """Make the revision id the minute it was written, so that ids sort in time order."""
    for script in directives:
        script.rev_id = f"{datetime.now(UTC):%Y%m%d_%H%M}"


def migrate(connection: Connection) -> None:
    """Run what was asked for, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        process_revision_directives=name_by_time,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_migrate(url: str) -> None:
    """Open one connection for the migrations, then close it."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


def run() -> None:
    """Migrate the database that the caller names, else the one that `faregate` itself would use here."""
    url = context.config.attributes.get("url")
    if url is not None:
        asyncio.run(connect_and_migrate(url))
        return
    load_environment_file()
    with database_at_hand() as settings:
        asyncio.run(connect_and_migrate(settings.database.sqlalchemy_url))


run()
