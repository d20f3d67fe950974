"""Waiting until somebody waits: races that come out the same way every time."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.resources import Resources
from app.core.database import transaction

OWN = text("SELECT pg_backend_pid()")
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE :holder = ANY (pg_blocking_pids(pid))")
TRIES_MAX = 500


async def until_somebody_waits_for(session: AsyncSession, resources: Resources) -> None:
    """Go on once another transaction waits for what this one has locked."""
    holder = (await session.execute(OWN)).scalar_one()
    for _ in range(TRIES_MAX):
        async with transaction(resources.engine) as other:
            if (await other.execute(WAITING, {"holder": holder})).scalar_one():
                return
        await asyncio.sleep(0.01)
    message = "nobody waits for this transaction"
    raise AssertionError(message)
