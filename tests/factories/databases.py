"""Databases of their own, for tests of what a whole database shares."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.conftest import migrate


@asynccontextmanager
async def own_database(database_url: str, *, migrated: bool = True) -> AsyncIterator[str]:
    """The URL of a new database beside this one, gone in the end."""
    name = f"own_{secrets.token_hex(6)}"
    address, question, parameters = database_url.partition("?")
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"CREATE DATABASE {name}")
    url = f"{address.rpartition('/')[0]}/{name}{question}{parameters}"
    try:
        if migrated:
            await asyncio.to_thread(migrate, url)
        yield url
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()
