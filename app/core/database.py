"""The one unit of work: everything between `transaction()`'s braces commits together, or not at all."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from asyncpg.transaction import Transaction
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.core.database_settings import DatabaseSettings
from app.core.exceptions import CommitOutcomeUnknownError, DatabaseUnavailableError

UNDONE_STATES = frozenset({"55P03", "57014", "53100", "53200"})
"""Lock or statement timeout, disk or memory full: PostgreSQL says so after it has undone the statement."""

REFUSED_AT_THE_DOOR = frozenset({"28000", "28P01", "3D000"})
"""No such role, wrong password, no such database: said to who connects, as while an operator changes them."""

UNAVAILABLE_STATES = UNDONE_STATES | REFUSED_AT_THE_DOOR | {"57P01", "57P02", "57P03", "53300"}
"""All SQLSTATEs that say "not now": shut down, starting, too many connections besides."""
UNREACHABLE = (DBAPIError, PoolTimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What a lost database looks like from SQLAlchemy, from the driver, and from the network."""
POOL_TIMEOUT_SECONDS = 5
SHARED_LOCK_SECONDS = 0.25
"""Whoever decides for many at once waits no longer for the lock that one of them needs."""


def create_engine(settings: DatabaseSettings, *, pool_size: int) -> AsyncEngine:
    """Make an engine on asyncpg whose statements and lock waits are bounded."""
    return create_async_engine(
        settings.sqlalchemy_url,
        pool_size=pool_size,
        # A connection beyond the pool would be opened and closed for every rush: waiting is cheaper.
        max_overflow=0,
        pool_timeout=settings.pool_timeout_seconds,
        connect_args=connect_arguments(settings),
        # Errors are logged; what people typed is not.
        hide_parameters=True,
    )


async def create_driver_pool(settings: DatabaseSettings, *, size: int) -> asyncpg.Pool:
    """Make a pool of the driver's own connections, for work whose cost is counted in microseconds."""
    arguments = connect_arguments(settings)
    lock_timeout_seconds = min(settings.lock_timeout_seconds, SHARED_LOCK_SECONDS)
    arguments["server_settings"]["lock_timeout"] = str(int(lock_timeout_seconds * 1000))
    # Its statements look up a handful of rows by their keys, however large the tables: reading a whole table
    # to hash it would make every batch pay for all customers.
    for way in ("enable_hashjoin", "enable_mergejoin", "enable_seqscan"):
        arguments["server_settings"][way] = "off"
    # One plan does for batches of every size, and planning takes three times as long as reading a batch.
    arguments["server_settings"]["plan_cache_mode"] = "force_generic_plan"
    return await asyncpg.create_pool(
        settings.driver_url,
        min_size=0,
        max_size=size,
        init=read_json_as_values,
        reset=leave_as_it_is,
        **arguments,
    )


@asynccontextmanager
async def connect(settings: DatabaseSettings) -> AsyncIterator[asyncpg.Connection]:
    """One connection of the driver's own, outside every pool: for who listens all the time."""
    connection = await asyncpg.connect(settings.driver_url, **connect_arguments(settings))
    try:
        yield connection
    finally:
        await connection.close(timeout=settings.connect_timeout_seconds)


def connect_arguments(settings: DatabaseSettings) -> dict[str, Any]:
    """How the driver connects: what exactness rests on is set here, whatever the server's defaults are."""
    server_settings = {
        "application_name": "faregate",
        "timezone": "UTC",
        "default_transaction_isolation": "read committed",
        "synchronous_commit": "on",
        "statement_timeout": str(int(settings.statement_timeout_seconds * 1000)),
        "lock_timeout": str(int(settings.lock_timeout_seconds * 1000)),
        "idle_in_transaction_session_timeout": str(int(settings.statement_timeout_seconds * 2000)),
    }
    return {
        "server_settings": server_settings,
        "timeout": settings.connect_timeout_seconds,
        # A server that vanished without a word ends no statement by itself.
        "command_timeout": settings.statement_timeout_seconds + 1,
    }


async def read_json_as_values(connection: asyncpg.Connection) -> None:
    """Let JSON columns arrive as what they say, as they do through SQLAlchemy."""
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Give a connection back without a round trip: our transactions change nothing that outlives them."""


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open a session and commit it at the end; any error rolls it back.

    Raises:
        DatabaseUnavailableError: PostgreSQL cannot be reached.
        CommitOutcomeUnknownError: its answer to the commit was lost.
    """
    with unavailable_when_unreachable():
        async with AsyncSession(engine, expire_on_commit=False) as session:
            yield session
            await commit(session)


@asynccontextmanager
async def part_of(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    """A part of a unit of work that is undone alone when it fails; whoever has the whole commits it.

    Raises:
        DatabaseUnavailableError: PostgreSQL cannot be reached.
    """
    with unavailable_when_unreachable():
        async with session.begin_nested():
            yield session


@asynccontextmanager
async def statement_by_statement(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open a session whose every statement commits by itself: a look costs one round trip instead of three.

    Raises:
        DatabaseUnavailableError: PostgreSQL cannot be reached.
    """
    with unavailable_when_unreachable():
        plain = engine.execution_options(isolation_level="AUTOCOMMIT")
        async with AsyncSession(plain, expire_on_commit=False) as session:
            yield session


@asynccontextmanager
async def driver_connection(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """One of the driver's own connections: each statement on it commits by itself.

    Raises:
        DatabaseUnavailableError: PostgreSQL cannot be reached.
    """
    with unavailable_when_unreachable():
        async with pool.acquire(timeout=POOL_TIMEOUT_SECONDS) as connection:
            yield connection


@asynccontextmanager
async def driver_transaction(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """The unit of work on one of the driver's own connections.

    Raises:
        DatabaseUnavailableError: PostgreSQL cannot be reached.
        CommitOutcomeUnknownError: its answer to the commit was lost.
    """
    async with driver_connection(pool) as connection:
        work = connection.transaction()
        await work.start()
        try:
            yield connection
        except BaseException:
            if not connection.is_closed():
                await work.rollback()
            raise
        await commit(work)


async def commit(work: AsyncSession | Transaction) -> None:
    """Commit; a connection lost on the way leaves the outcome unknown, which is told apart."""
    with unknown_when_unreachable():
        await work.commit()


@contextmanager
def unknown_when_unreachable() -> Iterator[None]:
    """For a statement that commits: a connection lost on the way leaves its outcome unknown."""
    try:
        yield
    except UNREACHABLE as error:
        if is_unreachable(error) and sqlstate_of(error) not in UNDONE_STATES:
            raise CommitOutcomeUnknownError from error
        raise


@contextmanager
def unavailable_when_unreachable() -> Iterator[None]:
    """Turn the many faces of a lost database into one error."""
    try:
        yield
    except UNREACHABLE as error:
        if is_unreachable(error):
            raise DatabaseUnavailableError from error
        raise


def is_unreachable(error: BaseException) -> bool:
    """Whether the database was not there, rather than displeased."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, InterfaceError):
            return True
        # SQLAlchemy knows a lost connection only once there was one; the driver, also while it connects.
        error = driver_error_of(error)
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, asyncpg.PostgresConnectionError) or error.sqlstate in UNAVAILABLE_STATES
    return isinstance(error, UNREACHABLE)


def reason_of(error: BaseException) -> str:
    """What PostgreSQL or the network said in the first place, in a line for the log."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def driver_error_of(error: DBAPIError) -> BaseException:
    """What asyncpg said, beneath the two layers that SQLAlchemy puts around it."""
    translated = error.orig or error
    return translated.__cause__ or translated


def sqlstate_of(error: BaseException) -> str | None:
    """What PostgreSQL itself said, if it said anything."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)
