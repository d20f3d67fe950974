"""A server is killed in the worst moment of a request that will be repeated."""

import asyncio
from uuid import UUID, uuid4

import pytest

from tests.e2e.gate_client import GateClient
from tests.e2e.servers import Server
from tests.factories.idempotency import answer_held_back, find_waiting

pytestmark = pytest.mark.long

GRANTS = "/api/v1/credits/grants"


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
        async with answer_held_back(database_url, operator, GRANTS, name, body) as rival:
            attempt = asyncio.create_task(client.post(GRANTS, body, Idempotency_Key=name))
            await find_waiting(rival)
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
    assert [each.grant_id for each in await world.entries(customer.id)] == [UUID(entry["id"])]
