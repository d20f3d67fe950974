"""Grants over HTTP: with a priority, for a while, from a later instant on; and adjustments."""

from uuid import UUID

import pytest

from app.core.audit import AuditAction
from app.schemas.fields import CREDITS_MAX
from tests.factories.audit import events_about

CREDITS = "/api/v1/credits"
GRANTS = f"{CREDITS}/grants"
ADJUSTMENTS = f"{CREDITS}/adjustments"


@pytest.fixture
async def operator(world):
    return await world.operator()


@pytest.fixture
async def customer(world):
    return await world.caller(credits=0)


@pytest.fixture
def give(client, operator, customer):
    """Grants credits to the customer."""

    async def give(amount=100, **values):
        body = {"organization_id": str(customer.organization_id), "amount": amount, "reason": "Test"}
        return await client.post(GRANTS, json={**body, **values}, headers=operator.headers)

    return give


@pytest.fixture
def adjust(client, operator, customer):
    """Adjusts the customer's balance."""

    async def adjust(amount, **values):
        body = {"organization_id": str(customer.organization_id), "amount": amount, "reason": "Billed twice"}
        return await client.post(ADJUSTMENTS, json={**body, **values}, headers=operator.headers)

    return adjust


async def test_a_grant_tells_all_that_it_was_given(client, customer, give):
    values = {"source": "promo", "priority": 3, "expires_at": "2100-01-01T00:00:00Z"}

    answer = await give(**values)

    grant = answer.json()
    assert answer.status_code == 201
    assert {name: grant[name] for name in values} == values
    assert (grant["amount"], grant["remaining"], grant["entry"]["amount"]) == (100, 100, 100)
    listed = (await client.get(GRANTS, headers=customer.headers)).json()
    assert listed["items"] == [{name: grant[name] for name in grant if name != "entry"}]


async def test_a_grant_enters_the_balance_at_its_effective_instant(client, world, customer, give):
    grant = (await give(effective_at="2100-01-01T00:00:00Z")).json()
    before = (await client.get(CREDITS, headers=customer.headers)).json()
    instant = await world.let_change(UUID(grant["id"]), column="effective_at")

    after = (await client.get(CREDITS, headers=customer.headers)).json()

    assert grant["entry"] is None
    assert (before["available"], after["available"]) == (0, 100)
    (entry,) = await world.entries(customer.organization_id)
    assert (entry.kind, entry.created_at) == ("grant", instant)


async def test_the_ledger_shows_an_expiry_at_read_time(client, world, customer, give):
    grant = (await give()).json()
    await world.let_change(UUID(grant["id"]), column="expires_at")

    ledger = (await client.get(f"{CREDITS}/ledger", headers=customer.headers)).json()

    assert [(entry["kind"], entry["amount"]) for entry in ledger["items"]] == [
        ("expire", -100),
        ("grant", 100),
    ]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"priority": -1}, "/priority"),
        ({"priority": 101}, "/priority"),
        ({"priority": 5.0}, "/priority"),
        ({"source": "gift"}, "/source"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": 1_900_000_000}, "/expires_at"),
        (
            {"effective_at": "2100-01-02T00:00:00Z", "expires_at": "2100-01-01T00:00:00Z"},
            "/expires_at",
        ),
        ({"effective_at": "tomorrow"}, "/effective_at"),
    ],
    ids=str,
)
async def test_a_grant_that_makes_no_sense_is_refused(world, customer, give, values, pointer):
    answer = await give(**values)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await world.entries(customer.organization_id) == []


async def test_what_has_yet_to_enter_needs_room_as_well(give):
    scheduled = await give(CREDITS_MAX, effective_at="2100-01-01T00:00:00Z")

    over = await give(1)

    assert (scheduled.status_code, over.status_code) == (201, 422)
    assert over.json()["errors"][0]["code"] == "balance_too_large"


@pytest.mark.parametrize(("amount", "left"), [(40, 140), (-40, 60), (-100, 0)])
async def test_an_operator_adjusts_a_balance_with_a_reason(
    resources, world, operator, customer, give, adjust, amount, left
):
    await give()

    answer = await adjust(amount)

    entry = answer.json()
    assert (answer.status_code, entry["kind"], entry["amount"]) == (201, "adjust", amount)
    assert (entry["reason"], entry["user_id"]) == ("Billed twice", str(operator.user_id))
    assert await world.balance(customer.organization_id) == left
    (event,) = await events_about(resources.engine, customer.organization_id, AuditAction.CREDITS_ADJUSTED)
    assert (event.actor_id, event.details) == (operator.user_id, {"amount": amount})


async def test_an_adjustment_never_goes_below_zero(world, customer, give, adjust):
    await give()

    answer = await adjust(-101)

    assert (answer.status_code, answer.json()["available"]) == (402, 100)
    assert await world.balance(customer.organization_id) == 100


@pytest.mark.parametrize(
    "values",
    [{"amount": 0}, {"amount": 1.5}, {"amount": "5"}, {"reason": " "}, {"amount": CREDITS_MAX + 1}],
    ids=str,
)
async def test_an_adjustment_past_its_limits_is_refused(world, customer, adjust, values):
    answer = await adjust(**{"amount": 5, **values})

    assert answer.status_code == 422
    assert await world.entries(customer.organization_id) == []


async def test_a_customer_adjusts_nothing(client, world, customer):
    body = {"organization_id": str(customer.organization_id), "amount": 5, "reason": "Please"}

    answer = await client.post(ADJUSTMENTS, json=body, headers=customer.headers)

    assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["credits:grant"])
