"""Holds over HTTP: reserved, then settled, released or expired, exactly once."""

import asyncio

import pytest

from app.core.scopes import MEMBER_SCOPES, Scope
from tests.factories.gate import verify

CREDITS = "/api/v1/credits"
HOLDS = f"{CREDITS}/holds"


@pytest.fixture
async def customer(world):
    return await world.caller(credits=100)


@pytest.fixture
def reserve(client, customer):
    """Reserves credits of the customer's."""

    async def reserve(amount=40, caller=customer, **values):
        body = {"amount": amount, "expires_in_seconds": 60, **values}
        return await client.post(HOLDS, json=body, headers=caller.headers)

    return reserve


@pytest.fixture
def end(client, customer):
    """Settles or releases a hold."""

    async def end(hold, act, caller=customer, **body):
        path = f"{HOLDS}/{hold['id'] if isinstance(hold, dict) else hold}/{act}"
        return await client.post(path, json=body or None, headers=caller.headers)

    return end


@pytest.fixture
def balance(client, customer):
    """What the customer can spend, and has reserved."""

    async def balance():
        answer = (await client.get(CREDITS, headers=customer.headers)).json()
        return answer["available"], answer["held"]

    return balance


async def kinds(world, customer):
    return [(e.kind, e.amount, e.moved) for e in await world.entries(customer.organization_id)][1:]


async def test_a_hold_reserves_and_a_settlement_spends_what_the_work_took(
    world, customer, reserve, end, balance
):
    hold = await reserve()
    held = await balance()

    settled = await end(hold.json(), "settle", amount=30)

    assert (hold.status_code, hold.json()["state"], held) == (201, "open", (60, 40))
    assert (settled.status_code, settled.json()["state"], settled.json()["settled"]) == (200, "settled", 30)
    assert (settled.json()["available_after"], await balance()) == (70, (70, 0))
    assert await kinds(world, customer) == [("hold", 0, 40), ("settle", -30, 30), ("release", 0, 10)]


async def test_a_release_gives_all_of_it_back(world, customer, reserve, end, balance):
    hold = (await reserve()).json()

    released = await end(hold, "release")

    assert (released.json()["state"], await balance()) == ("released", (100, 0))
    assert await kinds(world, customer) == [("hold", 0, 40), ("release", 0, 40)]


async def test_a_settlement_larger_than_its_hold_is_refused(reserve, end, balance):
    """Trap C: a settle larger than its hold."""
    hold = (await reserve()).json()

    answer = await end(hold, "settle", amount=41)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/amount")
    assert await balance() == (60, 40)


async def test_settlements_at_once_are_one(world, customer, reserve, end, balance):
    hold = (await reserve()).json()

    answers = await asyncio.gather(*(end(hold, "settle", amount=30) for _ in range(6)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await balance() == (70, 0)
    assert len(await kinds(world, customer)) == 3


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (("settle", 30), ("settle", 30), 200),
        (("settle", 30), ("settle", 29), 409),
        (("settle", 30), ("release", None), 409),
        (("release", None), ("release", None), 200),
        (("release", None), ("settle", 0), 409),
    ],
    ids=str,
)
async def test_the_second_end_of_a_hold_answers_the_same_or_conflicts(
    reserve, end, balance, first, second, status
):
    hold = (await reserve()).json()
    answers = []

    for act, amount in (first, second):
        answers.append(await end(hold, act, **({} if amount is None else {"amount": amount})))

    assert (answers[0].status_code, answers[1].status_code) == (200, status)
    assert answers[1].json().get("code", "same") in {"same", "hold_ended"}
    assert (await balance())[1] == 0


async def test_an_expired_hold_returns_at_its_instant_and_cannot_be_settled(
    client, customer, reserve, end, balance
):
    hold = (await reserve(expires_in_seconds=1)).json()
    await asyncio.sleep(1.01)

    returned = await balance()
    late = await end(hold, "settle", amount=1)
    read = await client.get(f"{HOLDS}/{hold['id']}", headers=customer.headers)

    assert (returned, late.status_code, late.json()["state"]) == ((100, 0), 409, "expired")
    assert (read.json()["state"], read.json()["ended_at"]) == ("expired", hold["expires_at"])


async def test_the_same_charge_id_is_the_same_hold(reserve, balance):
    first, again = await reserve(charge_id="work-1"), await reserve(charge_id="work-1")
    other = await reserve(amount=41, charge_id="work-1")

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "charge_id_reused")
    assert await balance() == (60, 40)


async def test_holds_at_once_never_reserve_more_than_there_is(reserve, balance):
    answers = await asyncio.gather(*(reserve(amount=30) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 402, 402, 402]
    assert await balance() == (10, 90)


@pytest.mark.parametrize(
    "values",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 5.0},
        {"expires_in_seconds": 0},
        {"expires_in_seconds": 86_401},
        {"charge_id": ""},
        {"state": "settled"},
    ],
    ids=str,
)
async def test_a_hold_past_its_limits_is_refused(reserve, balance, values):
    answer = await reserve(**values)

    assert (answer.status_code, await balance()) == (422, (100, 0))


async def test_a_hold_needs_its_scope_and_a_test_key_holds_nothing(world, customer, reserve):
    organization = await world.get_organization(customer.organization_id)
    poor = await world.api_key(organization, scopes=sorted(MEMBER_SCOPES - {"credits:hold"}))
    test_key = await world.api_key(organization, environment="test")

    refused, free = await reserve(caller=poor), await reserve(caller=test_key)

    assert (refused.status_code, refused.json()["required_scopes"]) == (403, ["credits:hold"])
    assert free.status_code == 409


async def test_verify_holds_the_cost_in_the_gates_own_commit(client, world, customer, balance):
    organization = await world.get_organization(customer.organization_id)
    key, service = await world.api_key(organization, credit_cap=50), await world.service_key()

    verdict = await verify(client, service, key, cost=40, hold=True, charge_id="job-1")
    again = await verify(client, service, key, cost=40, hold=True, charge_id="job-1")
    charged = await verify(client, service, key, cost=40, charge_id="job-1")
    capped = await verify(client, service, key, cost=11, hold=True)

    assert (verdict["credits"], await balance()) == ({"charged": 0, "remaining": 60}, (60, 40))
    assert verdict["headers"]["X-Faregate-Hold"] == verdict["hold"]["id"] == again["hold"]["id"]
    assert (again["replayed"], charged["code"]) == (True, "CHARGE_ID_REUSED")
    assert capped["code"] == "INSUFFICIENT_CREDITS"


async def test_who_pays_cannot_release_what_a_service_holds(client, world, customer, end, balance):
    """Otherwise every call could be had for nothing."""
    organization = await world.get_organization(customer.organization_id)
    key = await world.api_key(organization, credit_cap=50)
    service = await world.service_key(Scope.CREDITS_HOLD)
    verdict = await verify(client, service, key, cost=40, hold=True)

    refused = await end(verdict["hold"]["id"], "release")
    settled = await end(verdict["hold"]["id"], "settle", caller=service, amount=10)
    more = await verify(client, service, key, cost=40)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_holder")
    assert (settled.json()["settled"], more["code"]) == (10, "VALID")
    assert await balance() == (50, 0)
