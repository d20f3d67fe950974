"""Run migrations on asyncpg, with the same settings as the application."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from alembic import context
from app.cli.environment import database_at_hand, load_environment_file
from app.models import Base

MINUTE = "%Y%m%d_%H%M"


def name_by_time(
    _context: MigrationContext, _revision: object, directives: Iterable[MigrationScript]
) -> None:
    """Name a new revision after its minute, or the one after the newest revision's, so that names sort."""
    newest = max((script.revision for script in context.script.walk_revisions()), default="")
    name = f"{datetime.now(UTC):{MINUTE}}"
    if name <= newest:
        name = f"{datetime.strptime(newest, MINUTE).replace(tzinfo=UTC) + timedelta(minutes=1):{MINUTE}}"
    for script in directives:
        script.rev_id = name


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
