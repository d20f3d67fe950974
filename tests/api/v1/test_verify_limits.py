"""Plan limits over HTTP: which apply, how they are weighed, whose bucket they fill."""

import asyncio

import pytest

from app.core.database import transaction
from app.models import Organization, PlanLimit
from tests.factories.gate import VERIFY, question, verify, verify_all


@pytest.fixture
async def service(world):
    return await world.service_key()


@pytest.fixture
async def key(world):
    plan = await world.plan(minute=(4, 3_600), day=(10, 86_400))
    return await world.api_key(await world.organization(plan=plan))


def standing(verdict):
    return {limit["name"]: (limit["remaining"], limit["exceeded"]) for limit in verdict["limits"]}


def codes(verdicts):
    return [verdict["code"] for verdict in verdicts]


async def test_left_out_means_every_limit_of_the_plan_once(client, service, key):
    assert standing(await verify(client, service, key)) == {"minute": (3, False), "day": (9, False)}


async def test_an_empty_list_means_none(client, service, key):
    verdicts = [await verify(client, service, key, limits=[]) for _ in range(6)]

    assert codes(verdicts) == ["VALID"] * 6
    assert [(verdict["limits"], verdict["headers"]) for verdict in verdicts] == [([], {})] * 6


async def test_named_limits_are_taken_by_their_cost_which_is_one_by_default(client, service, key):
    verdict = await verify(client, service, key, limits=[{"name": "day", "cost": 7}, {"name": "minute"}])

    assert standing(verdict) == {"day": (3, False), "minute": (3, False)}


async def test_the_order_of_the_question_is_the_order_of_the_answer(client, service, key):
    names = ["minute", "day"]

    verdict = await verify(client, service, key, limits=[{"name": name} for name in names])

    assert [limit["name"] for limit in verdict["limits"]] == names


async def test_a_weight_of_zero_looks_and_is_always_allowed(client, service, key):
    await verify(client, service, key, limits=[{"name": "minute", "cost": 4}])

    look = await verify(client, service, key, limits=[{"name": "minute", "cost": 0}])

    assert (look["code"], standing(look)) == ("VALID", {"minute": (0, False)})


async def test_more_than_the_burst_is_refused_for_good_and_promises_nothing(client, service, key):
    """Trap B: an oversize cost that reports free capacity."""
    verdict = await verify(client, service, key, limits=[{"name": "minute", "cost": 5}])

    assert (verdict["code"], standing(verdict)) == ("RATE_LIMITED", {"minute": (4, True)})
    assert "Retry-After" not in verdict["headers"]
    whole = await verify(client, service, key, limits=[{"name": "minute", "cost": 4}])
    assert whole["code"] == "VALID"


async def test_a_refused_call_consumes_none_of_its_limits_and_no_credit(client, world, service, key):
    """Trap B: a refused call that consumes other limits."""
    await verify(client, service, key, limits=[{"name": "minute", "cost": 4}])

    refused = [await verify(client, service, key, cost=5) for _ in range(3)]

    assert codes(refused) == ["RATE_LIMITED"] * 3
    assert standing(refused[-1]) == {"minute": (0, True), "day": (10, False)}
    assert await world.balance(key.row.organization_id) == 999
    day = await verify(client, service, key, limits=[{"name": "day", "cost": 10}])
    assert day["code"] == "VALID"


async def test_exactly_the_limit_passes_of_many_at_once(client, world, service):
    plan = await world.plan(minute=(7, 3_600))
    key = await world.api_key(await world.organization(plan=plan))

    verdicts = await asyncio.gather(*(verify(client, service, key) for _ in range(30)))

    assert codes(verdicts).count("VALID") == 7
    assert sorted(standing(verdict)["minute"][0] for verdict in verdicts)[-7:] == list(range(7))


async def test_ten_keys_and_a_session_are_not_eleven_limits(client, world, service):
    plan = await world.plan(minute=(3, 3_600))
    person = await world.caller(plan=plan)
    organization = await world.get_organization(person.organization_id)
    keys = [await world.api_key(organization) for _ in range(3)]

    verdicts = [await verify(client, service, each) for each in [*keys, person.credential]]

    assert codes(verdicts) == ["VALID"] * 3 + ["RATE_LIMITED"]


async def test_changing_the_plan_or_its_figures_does_not_reset_the_bucket(
    client, world, service, key, resources
):
    """Trap B: the limit's value inside the bucket key, so a plan change resets it."""
    await verify(client, service, key, limits=[{"name": "minute", "cost": 4}])
    plan = await world.plan(minute=(5, 3_600))

    async with transaction(resources.engine) as session:
        (await session.get_one(Organization, key.row.organization_id)).plan_id = plan.id
    moved = await verify(client, service, key, limits=[{"name": "minute", "cost": 2}])
    async with transaction(resources.engine) as session:
        (await session.get_one(PlanLimit, (plan.id, "minute"))).quota = 4
    changed = await verify(client, service, key, limits=[{"name": "minute", "cost": 2}])

    assert codes([moved, changed]) == ["RATE_LIMITED"] * 2


async def test_a_keys_own_plan_counts_instead_of_its_organizations(client, world, service):
    wide, tight = await world.plan(minute=(100, 3_600)), await world.plan(hour=(1, 3_600))
    organization = await world.organization(plan=wide)
    plain, special = await world.api_key(organization), await world.api_key(organization, plan_id=tight.id)

    verdicts = [await verify(client, service, each) for each in (special, special, plain)]

    assert codes(verdicts) == ["VALID", "RATE_LIMITED", "VALID"]
    assert [list(standing(verdict)) for verdict in verdicts] == [["hour"], ["hour"], ["minute"]]


@pytest.mark.parametrize(("plan", "quota"), [("free", 60), ("pro", 600), ("enterprise", 6_000)])
async def test_every_seeded_plan_yields_its_refusal_exact_to_the_request(client, world, service, plan, quota):
    """Trap B: a limiter on by default that never ran."""
    key = await world.api_key(await world.organization(plan=plan))
    most = question(key, limits=[{"name": "minute", "cost": quota - 5}])

    first, *verdicts = await verify_all(client, service, most, *[question(key)] * 20)

    assert first["limits"][0]["limit"] == quota
    assert codes(verdicts) == ["VALID"] * 5 + ["RATE_LIMITED"] * 15


async def test_a_name_the_plan_lacks_is_refused_with_a_pointer_and_nothing_is_consumed(
    client, world, service, key
):
    body = question(key, limits=[{"name": "minute"}, {"name": "hour"}])

    answer = await client.post(VERIFY, json=body, headers=service.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "/limits/1/name",
            "detail": "The plan has no limit of this name.",
            "code": "unknown_limit",
        }
    ]
    assert standing(await verify(client, service, key)) == {"minute": (3, False), "day": (9, False)}
    assert await world.balance(key.row.organization_id) == 999


async def test_a_name_given_twice_is_refused_with_a_pointer(client, service, key):
    body = question(key, limits=[{"name": "minute"}, {"name": "minute", "cost": 2}])

    answer = await client.post(VERIFY, json=body, headers=service.headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/limits"]


async def test_limits_of_a_key_that_does_not_exist_are_not_looked_for(client, service, resources):
    stranger = resources.api_key_secrets.issue("live").api_key

    verdict = await verify(client, service, stranger, limits=[{"name": "anything"}])

    assert verdict["code"] == "NOT_FOUND"
