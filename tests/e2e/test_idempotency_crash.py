"""A server is killed in the worst moment of a request that will be repeated."""

import asyncio
import secrets
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.core.idempotency import RepeatableCall
from app.core.principal import Principal, PrincipalType
from tests.e2e.gate_client import GateClient
from tests.e2e.servers import Server

pytestmark = pytest.mark.long

GRANTS = "/api/v1/credits/grants"


@asynccontextmanager
async def answer_held_back(database_url, operator, name, body):
    """Let nobody store the answer of this call: whoever has done its work stops just before its commit."""
    principal = Principal(
        type=PrincipalType.API_KEY,
        organization_id=operator.organization_id,
        user_id=operator.user_id,
        scopes=frozenset(),
        key_id=operator.key_id,
    )
    call = RepeatableCall.of(principal, route=["POST", GRANTS], idempotency_key=name, body=body)
    connection = await asyncpg.connect(database_url)
    rival = connection.transaction()
    await rival.start()
    await connection.execute(
        "INSERT INTO idempotency_keys (id, digest, user_id, sealed_answer, expires_at)"
        " VALUES ($1, $2, $3, $4, now())",
        *(uuid4(), call.digest, operator.user_id, secrets.token_bytes(8)),
    )
    try:
        yield
    finally:
        await rival.rollback()
        await connection.close()


async def somebody_waits_for(database_url):
    """Return once a request waits for the one who holds its answer back."""
    connection = await asyncpg.connect(database_url)
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND query LIKE '%INSERT INTO idempotency_keys%' AND datname = current_database()"
    )
    async with asyncio.timeout(20):
        while not await connection.fetchval(query):
            await asyncio.sleep(0.02)
    await connection.close()


async def test_a_server_killed_between_work_and_commit_has_done_nothing_and_the_repetition_does_it(
    settings, database_url, world, tmp_path
):
    """SEC-55."""
    operator = await world.operator(by="api_key")
    customer = await world.organization(credits=0)
    body = {"organization_id": str(customer.id), "amount": 7, "reason": "once"}
    name = str(uuid4())
    server = Server(settings, tmp_path)
    client = GateClient(server.port, operator.credential)
    try:
        server.start()
        await asyncio.to_thread(server.await_ready)
        async with answer_held_back(database_url, operator, name, body):
            attempt = asyncio.create_task(client.post(GRANTS, body, Idempotency_Key=name))
            await somebody_waits_for(database_url)
            await asyncio.to_thread(server.kill)
        with pytest.raises(ConnectionError):
            await attempt
        server.start()
        await asyncio.to_thread(server.await_ready)
        assert await world.balance(customer.id) == 0
        status, headers, entry = await client.post(GRANTS, body, Idempotency_Key=name)
        again, fields, same = await client.post(GRANTS, body, Idempotency_Key=name)
    finally:
        client.close()
        server.stop()

    assert (status, again) == (201, 201)
    assert "idempotent-replayed" not in headers
    assert fields["idempotent-replayed"] == "true"
    assert same == entry
    assert [each.id for each in await world.entries(customer.id)] == [UUID(entry["id"])]
