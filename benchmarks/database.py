"""A database of the benchmark's own PostgreSQL, asked by the benchmark itself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.cli.migrate import upgrade
from app.cli.verify_ledger import describe, prove
from app.core.database_settings import DatabaseSettings

R = TypeVar("R")

SERVER_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
}
"""Durable in every way; memory as on a small server of its own."""
REPORTED_SETTINGS = (*SERVER_SETTINGS, "wal_level", "wal_sync_method", "autovacuum", "jit")


@dataclass(frozen=True, slots=True)
class Database:
    """Where it is."""

    url: str

    def use(self, work: Callable[[asyncpg.Connection], Awaitable[R]]) -> R:
        """Do something on a connection of its own."""

        async def connected() -> R:
            connection = await asyncpg.connect(self.url)
            try:
                return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(connected())

    def execute(self, statement: str) -> None:
        """Run a statement, outside of any transaction."""
        self.use(lambda connection: connection.execute(statement))

    def migrate(self) -> None:
        """Make all tables."""
        upgrade(self._settings())

    def count_entries(self) -> int:
        """How many ledger entries were ever written: their sequences have no gaps."""
        total = "SELECT sum(last_sequence)::bigint FROM credit_accounts"
        return int(self.use(lambda connection: connection.fetchval(total)) or 0)

    def find_drift(self) -> tuple[int, list[str]]:
        """How many entries there are, and which balances are not the sum of theirs."""
        proof = asyncio.run(prove(self._settings()))
        return proof.entries, [describe(drift) for drift in proof.drifts]

    def server_settings(self) -> dict[str, str]:
        """What PostgreSQL itself says about how it runs, by a session like the applications'."""
        query = "SELECT name, current_setting(name) FROM unnest($1::text[]) AS name"

        async def read(connection: asyncpg.Connection) -> dict[str, str]:
            rows = await connection.fetch(query, list(REPORTED_SETTINGS))
            return {**dict(rows), "version": await connection.fetchval("SHOW server_version")}

        return self.use(read)

    def _settings(self) -> DatabaseSettings:
        return DatabaseSettings.model_validate({"url": self.url})


def copy_database(postgres: EmbeddedPostgres, *, source: str, name: str) -> Database:
    """Make another database with the same content; nobody may be connected to the source."""
    Database(postgres.url_of("postgres")).execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return Database(postgres.url_of(name))
