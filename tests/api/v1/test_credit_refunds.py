"""Refunds over HTTP: of a charge, of a part, of a settled hold; once, and never more than it took."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core.audit import AuditAction
from tests.factories.audit import events_about
from tests.factories.gate import verify

CREDITS = "/api/v1/credits"
REFUNDS = f"{CREDITS}/refunds"


@pytest.fixture
async def customer(world):
    return await world.caller(credits=0)


@pytest.fixture
async def operator(world):
    return await world.operator()


@pytest.fixture
def charge(client, world, customer):
    """Lets a key of the customer's pay."""

    async def charge(cost=10, charge_id="order-1", key=None, **values):
        key = key or await world.api_key(await world.get_organization(customer.organization_id))
        service = await world.service_key()
        return await verify(client, service, key, cost=cost, charge_id=charge_id, **values)

    return charge


@pytest.fixture
def refund(client, operator, customer):
    """Refunds a charge of the customer's."""

    async def refund(refund_id="refund-1", **values):
        wanted = {} if "entry_id" in values else {"charge_id": "order-1"}
        body = {"organization_id": str(customer.organization_id), "refund_id": refund_id, "reason": "Failed"}
        return await client.post(REFUNDS, json={**body, **wanted, **values}, headers=operator.headers)

    return refund


@pytest.fixture
def grants(client, customer):
    """What is left of each grant, the newest first."""

    async def grants():
        items = (await client.get(f"{CREDITS}/grants", headers=customer.headers)).json()["items"]
        return [(item["remaining"], item["expires_at"]) for item in items]

    return grants


async def test_a_refund_gives_back_what_a_charge_took(resources, world, customer, operator, charge, refund):
    await world.grant(customer.organization_id, 100)
    await charge()

    answer = await refund()

    assert (answer.status_code, answer.json()["amount"]) == (201, 10)
    assert answer.json()["available_after"] == await world.balance(customer.organization_id) == 100
    entry = (await world.entries(customer.organization_id))[-1]
    assert (entry.kind, entry.amount, entry.from_account, entry.charge_id) == (
        *("refund", 10, "spent", "order-1"),
    )
    (event,) = await events_about(resources.engine, customer.organization_id, AuditAction.CREDITS_REFUNDED)
    assert event.actor_id == operator.user_id


async def test_a_refund_pays_once_however_often_it_is_asked_for(world, customer, charge, refund):
    """Trap C: a refund that pays twice."""
    await world.grant(customer.organization_id, 100)
    await charge()

    answers = await asyncio.gather(*(refund() for _ in range(5)))

    assert len({answer.text for answer in answers}) == 1
    assert await world.balance(customer.organization_id) == 100


async def test_all_refunds_of_a_charge_are_at_most_what_it_took(world, customer, charge, refund):
    await world.grant(customer.organization_id, 100)
    await charge()

    answers = [
        await refund("refund-1", amount=6),
        await refund("refund-2", amount=5),
        await refund("refund-3"),
        await refund("refund-4"),
    ]

    assert [answer.status_code for answer in answers] == [201, 422, 201, 422]
    assert answers[2].json()["amount"] == 4
    assert await world.balance(customer.organization_id) == 100


@pytest.mark.parametrize("values", [{"amount": 5}, {"charge_id": "order-2"}], ids=str)
async def test_a_refund_id_stands_for_one_refund(world, customer, charge, refund, values):
    await world.grant(customer.organization_id, 100)
    await charge()
    await charge(charge_id="order-2")
    await refund()

    answer = await refund(**values)

    assert (answer.status_code, answer.json()["code"]) == (422, "refund_id_reused")


async def test_a_refund_returns_to_the_grants_it_came_from_the_last_first(
    world, customer, charge, refund, grants
):
    end = datetime.now(UTC) + timedelta(days=1)
    for amount, priority in ((30, 90), (5, 10)):
        await world.grant(customer.organization_id, amount, priority=priority, expires_at=end)
    await charge(cost=15)

    before = [left for left, _ in await grants()]
    await refund("refund-1", amount=12)
    after = [left for left, _ in await grants()]

    assert (before, after) == ([0, 20], [2, 30])


async def test_what_came_from_an_expired_grant_comes_back_without_end(
    world, customer, charge, refund, grants
):
    grant = await world.grant(customer.organization_id, 10)
    verdict = await charge(cost=10)
    await world.let_change(grant.id, column="expires_at")

    await refund()

    assert verdict["valid"]
    assert (await grants())[0] == (10, None)
    assert await world.balance(customer.organization_id) == 10


async def test_a_refund_gives_cap_back(world, customer, charge, refund):
    await world.grant(customer.organization_id, 100)
    organization = await world.get_organization(customer.organization_id)
    key = await world.api_key(organization, credit_cap=10)
    await charge(key=key)
    spent = await charge(charge_id="order-2", cost=1, key=key)

    await refund(amount=1)

    assert spent["code"] == "INSUFFICIENT_CREDITS"
    assert (await charge(charge_id="order-2", cost=1, key=key))["code"] == "VALID"
    assert (await charge(charge_id="order-3", cost=1, key=key))["code"] == "INSUFFICIENT_CREDITS"


async def test_a_charge_without_id_is_refunded_by_its_entry(world, customer, charge, refund):
    await world.grant(customer.organization_id, 100)
    await charge(charge_id="order-1")
    grant, entry = await world.entries(customer.organization_id)

    answers = [await refund("one", entry_id=str(entry.id)), await refund("two", entry_id=str(grant.id))]

    assert [answer.status_code for answer in answers] == [201, 404]


async def test_of_a_hold_that_alone_is_refunded_which_was_settled(client, world, customer, refund):
    await world.grant(customer.organization_id, 100)
    wanted = {"amount": 40, "expires_in_seconds": 60, "charge_id": "order-1"}
    hold = await client.post(f"{CREDITS}/holds", json=wanted, headers=customer.headers)
    early = await refund()
    settle = f"{CREDITS}/holds/{hold.json()['id']}/settle"
    await client.post(settle, json={"amount": 15}, headers=customer.headers)

    answer = await refund()

    assert (early.status_code, answer.json()["amount"]) == (404, 15)
    assert await world.balance(customer.organization_id) == 100


@pytest.mark.parametrize(
    "values",
    [
        {"charge_id": "unknown"},
        {"charge_id": None},
        {"entry_id": "01890a5d-ac96-774b-bcce-b302099a8057", "charge_id": "order-1"},
        {"amount": 0},
        {"amount": -5},
        {"refund_id": ""},
        {"reason": ""},
    ],
    ids=str,
)
async def test_a_refund_that_makes_no_sense_is_refused(world, customer, charge, refund, values):
    await world.grant(customer.organization_id, 100)
    await charge()

    answer = await refund(**{"refund_id": "refund-1", **values})

    assert answer.status_code == (404 if values == {"charge_id": "unknown"} else 422)
    assert await world.balance(customer.organization_id) == 90
