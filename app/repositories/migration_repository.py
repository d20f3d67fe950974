"""The state of the schema, as Alembic recorded it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


class MigrationRepository:
    """Reads which migrations the database has."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def applied_revisions(self) -> frozenset[str]:
        """The revisions the database is at; an error if it was never migrated."""
        async with self._engine.connect() as connection:
            rows = await connection.scalars(text("SELECT version_num FROM alembic_version"))
            return frozenset(rows)
