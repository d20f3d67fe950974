"""How often a batch goes to PostgreSQL and back, however large it is."""

import pytest

from app.core import api_key_secrets
from app.core.admission import AdmissionCall, AdmissionRequest, LimitDemand
from app.core.credentials import read_credential
from app.core.database import create_driver_pool
from app.core.gcra import Quota
from app.core.identifiers import new_request_id
from app.main import build_settle
from app.repositories.admission_repository import Admissions
from app.services.admission_identity import Policy
from app.services.admission_service import AdmissionService

SIZE = 40


@pytest.fixture
async def counted(resources):
    """A gate of its own, and the statements that it has sent."""
    sent = []
    pool = await create_driver_pool(resources.settings.database, size=1)
    async with pool.acquire() as connection:
        connection.add_query_logger(lambda query: sent.append(query.query))
    gate = AdmissionService(
        Admissions(pool),
        Policy(resources.api_key_secrets),
        resources.settings.gate,
        build_settle(resources.engine),
        resources.settings.usage,
    )
    yield gate, sent
    await gate.drain()
    await pool.close()


async def requests_of(world, kinds, **values):
    """One request of each kind for each of several callers."""
    presented = []
    for _ in range(2):
        if "key" in kinds:
            organization = await world.organization(
                plan=await world.plan(minute=(600, 60), hour=(9_000, 3_600))
            )
            key = await world.api_key(organization, credit_cap=1_000)
            presented.append(api_key_secrets.parse(key.api_key))
        if "session" in kinds:
            token = (await world.caller(by="session")).credential
            presented.append(read_credential(token, world.resources.access_tokens, world.resources.clock()))
    requests = [AdmissionRequest(each, cost=1, **values) for each in presented for _ in range(SIZE // 2)]
    for request in requests:
        if "charge_id" in kinds:
            request.charge_id = new_request_id()
    return requests


@pytest.mark.parametrize(
    ("kinds", "round_trips"),
    [
        ({"key"}, 2),
        ({"session"}, 2),
        ({"key", "charge_id"}, 3),
        ({"key", "session"}, 3),
        ({"key", "session", "charge_id"}, 4),
    ],
    ids=["key", "session", "key-charge", "key-session", "all"],
)
async def test_a_batch_reads_once_for_each_kind_and_writes_once(counted, world, kinds, round_trips):
    gate, sent = counted
    # A young connection asks for the types of its first parameters.
    await gate.admit(AdmissionCall(await requests_of(world, kinds)))
    requests = await requests_of(world, kinds)
    sent.clear()

    answer = await gate.admit(AdmissionCall(requests))

    assert all(verdict.valid for verdict in answer.verdicts)
    assert len(sent) == round_trips <= 4


async def test_limits_without_a_credential_are_read_once_and_written_once(counted):
    gate, sent = counted
    quota = Quota("address", 100, 60, 100)
    await gate.take(LimitDemand(f"test:{new_request_id()}", quota))
    sent.clear()

    await gate.take(*(LimitDemand(f"test:{new_request_id()}", quota) for _ in range(SIZE)))

    assert len(sent) == 2
