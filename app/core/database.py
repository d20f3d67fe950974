"""The one unit of work: everything between `transaction()`'s braces commits together, or not at all."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.core.exceptions import CommitOutcomeUnknownError, DatabaseUnavailableError
from app.core.settings import DatabaseSettings

UNAVAILABLE_STATES = frozenset({"57P01", "57P02", "57P03", "53300", "55P03", "57014"})
"""SQLSTATEs that say "not now": shut down, starting, too many connections, lock or statement timeout."""


def create_engine(settings: DatabaseSettings, *, pool_size: int) -> AsyncEngine:
    """Make an engine on asyncpg whose statements and lock waits are bounded."""
    server_settings = {
        "application_name": "faregate",
        "timezone": "UTC",
        "statement_timeout": str(int(settings.statement_timeout_seconds * 1000)),
        "lock_timeout": str(int(settings.lock_timeout_seconds * 1000)),
        "idle_in_transaction_session_timeout": str(int(settings.statement_timeout_seconds * 2000)),
    }
    arguments: dict[str, Any] = {
        "server_settings": server_settings,
        "timeout": settings.connect_timeout_seconds,
        # A server that vanished without a word ends no statement by itself.
        "command_timeout": settings.statement_timeout_seconds + 1,
    }
    return create_async_engine(
        settings.sqlalchemy_url,
        pool_size=pool_size,
        # A connection beyond the pool would be opened and closed for every rush: waiting is cheaper.
        max_overflow=0,
        pool_timeout=settings.pool_timeout_seconds,
        connect_args=arguments,
        # Errors are logged; what people typed is not.
        hide_parameters=True,
    )


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


async def commit(session: AsyncSession) -> None:
    """Commit; a connection lost on the way leaves the outcome unknown, which is told apart."""
    try:
        await session.commit()
    except (DBAPIError, OSError) as error:
        if isinstance(error, OSError) or is_unreachable(error):
            raise CommitOutcomeUnknownError from error
        raise


@contextmanager
def unavailable_when_unreachable() -> Iterator[None]:
    """Turn the many faces of a lost database into one error."""
    try:
        yield
    except DBAPIError as error:
        if is_unreachable(error):
            raise DatabaseUnavailableError from error
        raise
    except (PoolTimeoutError, OSError) as error:
        raise DatabaseUnavailableError from error


def is_unreachable(error: DBAPIError) -> bool:
    """Whether the database was not there, rather than displeased."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or isinstance(error, InterfaceError) or state in UNAVAILABLE_STATES
