"""The transaction per request is a fair rival: it decides as the gate does."""

import pytest

from app.core.admission import AdmissionCall, AdmissionRequest
from app.core.api_key_secrets import parse
from app.core.database import transaction
from app.schemas.verification import VerifyRequest
from benchmarks.transaction_decision import decide


async def ask_both(resources, api_key, **question):
    """The verdicts of the transaction per request and of the gate, in this order."""
    asked = VerifyRequest(key=api_key, **question)
    async with transaction(resources.engine) as session:
        rival = await decide(session, asked, resources.api_key_secrets)
    request = AdmissionRequest(parse(api_key), asked.cost, tuple(asked.scopes), charge_id=asked.charge_id)
    gate = (await resources.gate.admit(AdmissionCall([request]))).verdicts[0]
    return rival, gate


async def test_both_charge_and_count_alike(world, resources):
    organization = await world.organization(credits=100, plan=await world.plan(minute=(60, 60)))
    key = await world.api_key(organization)

    rival, gate = await ask_both(resources, key.api_key, cost=3)

    assert (rival.code, rival.charged, rival.remaining) == (gate.code, gate.charged, gate.remaining + 3)
    assert rival.principal == gate.principal
    assert [take.remaining for take in rival.takes] == [take.remaining + 1 for take in gate.takes] == [59]
    assert [entry.balance_after for entry in await world.entries(organization.id)] == [100, 97, 94]


@pytest.mark.parametrize(
    "question", [{"cost": 101}, {"scopes": ["gate:verify"]}], ids=["too dear", "scope that it lacks"]
)
async def test_both_refuse_alike_and_take_nothing(world, resources, question):
    organization = await world.organization(credits=100)
    key = await world.api_key(organization)

    rival, gate = await ask_both(resources, key.api_key, **question)

    assert rival.code == gate.code
    assert not rival.valid
    assert await world.balance(organization.id) == 100


async def test_both_limit_alike(world, resources):
    plan = await world.plan(minute=(1, 60))
    key = await world.api_key(await world.organization(plan=plan))
    await ask_both(resources, key.api_key, cost=0)

    rival, gate = await ask_both(resources, key.api_key, cost=0)

    assert rival.code == gate.code == "RATE_LIMITED"


async def test_neither_knows_a_key_that_was_never_stored(resources):
    stranger = resources.api_key_secrets.issue("live")

    rival, gate = await ask_both(resources, stranger.api_key)

    assert rival.code == gate.code == "NOT_FOUND"
