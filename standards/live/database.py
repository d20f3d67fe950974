"""A database of a PostgreSQL server that is there, made for one run and dropped after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from standards.errors import CheckError


@asynccontextmanager
async def throw_away_database(server_url: str) -> AsyncIterator[str]:
    """The URL of an empty database beside the one that is named, which is not touched.

    Raises:
        CheckError: the server cannot be reached, or lets nobody make databases.
    """
    name = f"standards_{uuid4().hex}"
    parts = urlsplit(server_url)
    if parts.scheme not in {"postgresql", "postgres"}:
        message = "--database must begin with postgresql://"
        raise CheckError(message)
    try:
        connection = await asyncpg.connect(server_url)
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    except (OSError, asyncpg.PostgresError) as error:
        message = f"no database can be made: {error}"
        raise CheckError(message) from error
    try:
        yield urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
    finally:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.close()
