"""Databases of their own, for tests of what a whole database shares."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.conftest import TEMPLATE


@asynccontextmanager
async def own_database(database_url: str, *, migrated: bool = True) -> AsyncIterator[str]:
    """The URL of a new database beside this one, gone in the end."""
    name = f"own_{secrets.token_hex(6)}"
    address, question, parameters = database_url.partition("?")
    connection = await asyncpg.connect(database_url)
    template = TEMPLATE if migrated else "template0"
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    url = f"{address.rpartition('/')[0]}/{name}{question}{parameters}"
    try:
        yield url
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()
