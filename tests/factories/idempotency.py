"""The worst moment of a request that will be repeated: its work is done, and nothing is committed."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from app.core.idempotency import RepeatableCall
from app.core.identifiers import new_id
from app.core.principal import Principal, PrincipalType
from tests.factories.world import Caller

WAITING = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
"""Not from `pg_stat_activity`: within a transaction that stays as it was when it was first looked at."""


@asynccontextmanager
async def answer_held_back(
    database_url: str, caller: Caller, path: str, name: str, body: object
) -> AsyncIterator[asyncpg.Connection]:
    """Let nobody store the answer of this call: whoever has done its work stops just before its commit."""
    principal = Principal(
        type=PrincipalType.API_KEY if caller.key_id else PrincipalType.SESSION,
        organization_id=caller.organization_id,
        user_id=caller.user_id,
        scopes=frozenset(),
        key_id=caller.key_id,
    )
    call = RepeatableCall.of(principal, route=["POST", path], idempotency_key=name, body=body)
    rival = await asyncpg.connect(database_url)
    held = rival.transaction()
    await held.start()
    await rival.execute(
        "INSERT INTO idempotency_keys (id, digest, user_id, sealed_answer, expires_at)"
        " VALUES ($1, $2, $3, $4, now())",
        *(new_id(), call.digest, caller.user_id, secrets.token_bytes(8)),
    )
    try:
        yield rival
    finally:
        await held.rollback()
        await rival.close()


async def find_waiting(rival: asyncpg.Connection) -> int:
    """The connection whose request waits for what is held back, once there is one."""
    async with asyncio.timeout(20):
        while (pid := await rival.fetchval(WAITING)) is None:
            await asyncio.sleep(0.01)
    return pid
