"""How often a batch goes to PostgreSQL and back, however large it is."""

import asyncio
from dataclasses import replace

import pytest

from app.core import api_key_secrets
from app.core.admission import AdmissionCall, AdmissionRequest, LimitDemand
from app.core.credentials import read_credential
from app.core.database import create_driver_pool
from app.core.gcra import Quota
from app.core.identifiers import new_request_id
from app.main import build_settle
from app.models import PlanLimit
from app.repositories.admission_repository import Admissions
from app.services.admission_identity import Policy
from app.services.admission_service import AdmissionService

REQUESTS_EACH = 10
QUOTA = Quota("address", 100, 60, 100)
SLOTS = {"name": "parallel", "quota": 100, "period_seconds": 1, "burst": 100, "unit": "in_flight"}
OWN_LIMIT = {"name": "second", "limit": 100, "period_seconds": 1, "burst": 100, "unit": "requests"}


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


async def request_of(world, kind):
    """A request as that kind of caller makes it."""
    own = {"limits": [OWN_LIMIT]} if kind == "own limit" else {}
    plan = await world.plan(minute=(600, 60), hour=(9_000, 3_600))
    if kind == "hold":
        await world.save(PlanLimit(plan_id=plan.id, **SLOTS))
    if kind == "session":
        caller = await world.caller(by="session", plan=plan)
        presented = read_credential(caller.credential, world.resources.access_tokens, world.resources.clock())
    else:
        key = await world.api_key(await world.organization(plan=plan), credit_cap=1_000, **own)
        presented = api_key_secrets.parse(key.api_key)
    return AdmissionRequest(presented, cost=1, hold_seconds=60 if kind == "hold" else None)


async def batch_of(world, kinds):
    """A batch with several callers of each kind, each of whom asks several times."""
    calls = []
    for kind in [each for each in sorted(kinds) for _ in range(2)]:
        if kind == "anonymous":
            calls.append(AdmissionCall([], demands=(LimitDemand(f"test:{new_request_id()}", QUOTA),)))
            continue
        request = await request_of(world, kind)
        requests = [replace(request) for _ in range(REQUESTS_EACH)]
        for each in requests:
            each.charge_id = new_request_id() if kind == "charge id" else None
        calls.append(AdmissionCall(requests))
    return calls


@pytest.mark.parametrize(
    ("kinds", "round_trips"),
    [
        ({"key"}, 2),
        ({"session"}, 2),
        ({"anonymous"}, 2),
        ({"key", "charge id"}, 3),
        ({"key", "own limit"}, 3),
        ({"key", "session"}, 3),
        ({"key", "session", "anonymous", "charge id", "own limit", "hold"}, 4),
    ],
    ids=["key", "session", "anonymous", "charge-id", "own-limit", "key-session", "all-at-once"],
)
async def test_a_batch_is_read_in_at_most_three_round_trips_and_written_in_one(
    counted, world, kinds, round_trips
):
    gate, sent = counted
    # A young connection asks for the types of its first parameters.
    await ask_at_once(gate, await batch_of(world, kinds))
    calls = await batch_of(world, kinds)
    sent.clear()

    answers = await ask_at_once(gate, calls)

    assert all(verdict.valid for answer in answers for verdict in answer.verdicts)
    assert not any(take.exceeded for answer in answers for take in answer.demands)
    assert len(sent) == round_trips <= 4


async def ask_at_once(gate, calls):
    """The answers to calls that arrive in one turn of the loop, so that one batch has them all."""
    return await asyncio.gather(*(gate.admit(call) for call in calls))
