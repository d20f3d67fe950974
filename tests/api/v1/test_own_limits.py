"""Limits beside those of the plan: an organization's, a key's, on what calls cost; caps by the period."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.core.scopes import Scope
from app.models import ApiKey, Organization
from tests.factories.gate import verify

HOUR = {"period_seconds": 3_600}


@pytest.fixture
async def service(world):
    return await world.service_key(Scope.CREDITS_HOLD)


@pytest.fixture
async def organization(world):
    return await world.organization(plan=await world.plan(minute=(4, 3_600)), credits=100)


async def agree(client, world, organization, *limits, plan=None):
    """An operator agrees on limits with the organization."""
    operator = await world.operator()
    current = await client.get(f"/api/v1/organizations/{organization.id}", headers=operator.headers)
    answer = await client.put(
        f"/api/v1/organizations/{organization.id}/plan",
        json={"plan": plan or current.json()["plan"], "limits": list(limits)},
        headers=operator.headers,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def codes(client, service, key, times, **values):
    return [(await verify(client, service, key, **values))["code"] for _ in range(times)]


def standing(verdict):
    return {limit["name"]: limit["remaining"] for limit in verdict["limits"]}


async def test_an_agreed_limit_counts_in_the_place_of_the_plans_of_its_name(
    client, world, service, organization
):
    key = await world.api_key(organization)
    await verify(client, service, key)

    await agree(client, world, organization, {"name": "minute", "limit": 6, **HOUR})

    # A quarter of an hour was used, which is one and a half of the new units.
    assert await codes(client, service, key, 5) == ["VALID"] * 4 + ["RATE_LIMITED"]


async def test_an_agreed_limit_counts_besides_those_of_the_plan(client, world, service, organization):
    key = await world.api_key(organization)

    shown = await agree(client, world, organization, {"name": "burst", "limit": 2, **HOUR})

    assert shown["limits"] == [
        {"name": "burst", "limit": 2, "period_seconds": 3_600, "burst": 2, "unit": "requests"}
    ]
    assert standing(await verify(client, service, key)) == {"minute": 3, "burst": 1}
    assert standing(await verify(client, service, key, limits=[{"name": "burst"}])) == {"burst": 0}
    assert await codes(client, service, key, 1) == ["RATE_LIMITED"]


async def test_a_session_is_bound_by_agreed_limits_too(client, world, organization):
    user = await world.get_user(await world.owner_of(organization.id))
    caller = await world.session_caller(user, organization)
    await agree(client, world, organization, {"name": "minute", "limit": 2, **HOUR})

    answers = [await client.get("/api/v1/credits", headers=caller.headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["limit"] == "minute"


async def test_a_keys_own_limit_leaves_its_sisters_their_share(client, world, service, organization):
    own = [{"name": "minute", "limit": 1, "period_seconds": 3_600, "burst": 1, "unit": "requests"}]
    bound = await world.api_key(organization, limits=own)
    free = await world.api_key(organization)

    first = await verify(client, service, bound)
    second = await verify(client, service, bound)

    assert standing(first) == {"minute": 3, "key.minute": 0}
    assert (second["code"], standing(second)) == ("RATE_LIMITED", {"minute": 3, "key.minute": 0})
    assert await codes(client, service, free, 4) == ["VALID"] * 3 + ["RATE_LIMITED"]


async def test_who_asks_for_a_limit_by_name_takes_the_shared_one_and_the_keys_own(
    client, world, service, organization
):
    own = [{"name": "minute", "limit": 9, "period_seconds": 3_600, "burst": 9, "unit": "requests"}]
    key = await world.api_key(organization, limits=own)

    verdict = await verify(client, service, key, limits=[{"name": "minute", "cost": 2}])

    assert standing(verdict) == {"minute": 2, "key.minute": 7}


async def test_members_bound_a_key_themselves(client, world, service, organization):
    user = await world.get_user(await world.owner_of(organization.id))
    caller = await world.session_caller(user, organization)
    limit = {"name": "day", "limit": 1, "period_seconds": 86_400}
    created = await client.post(
        "/api/v1/api-keys", json={"name": "Bound", "limits": [limit]}, headers=caller.headers
    )
    key = created.json()["api_key"]

    bound = [(await verify(client, service, key))["code"] for _ in range(2)]
    answer = await client.patch(
        f"/api/v1/api-keys/{created.json()['id']}", json={"limits": []}, headers=caller.headers
    )

    assert bound == ["VALID", "RATE_LIMITED"]
    assert answer.json()["limits"] == []
    assert (await verify(client, service, key))["code"] == "VALID"


async def test_a_limit_on_credits_takes_what_a_call_costs(client, world, service, organization):
    await agree(client, world, organization, {"name": "spending", "limit": 10, **HOUR, "unit": "credits"})
    key = await world.api_key(organization)

    first = await verify(client, service, key, cost=7)
    dear = await verify(client, service, key, cost=4)
    fitting = await verify(client, service, key, cost=3)
    oversized = await verify(client, service, key, cost=11)

    assert (first["code"], standing(first)["spending"]) == ("VALID", 3)
    assert (dear["code"], dear["credits"]["charged"]) == ("RATE_LIMITED", 0)
    assert fitting["code"] == "VALID"
    assert oversized["code"] == "RATE_LIMITED"
    assert "Retry-After" not in oversized["headers"], "more than the burst never passes"
    assert '"spending";q=10;w=3600;qu="credits"' in fitting["headers"]["RateLimit-Policy"]
    assert await world.balance(organization.id) == 90


async def test_a_free_call_only_looks_at_a_limit_on_credits(client, world, service, organization):
    await agree(client, world, organization, {"name": "spending", "limit": 1, **HOUR, "unit": "credits"})
    key = await world.api_key(organization)

    verdicts = [await verify(client, service, key, cost=0) for _ in range(3)]

    assert [standing(verdict)["spending"] for verdict in verdicts] == [1, 1, 1]


@pytest.mark.parametrize("period", ["day", "month"])
async def test_a_cap_by_the_period_counts_anew_when_the_period_begins(
    client, world, resources, service, organization, period
):
    key = await world.api_key(organization, credit_cap=5, credit_cap_period=period)
    key_id = key.row.id
    spent = [(await verify(client, service, key, cost=3))["code"] for _ in range(2)]

    async with transaction(resources.engine) as session:
        row = await session.get_one(ApiKey, key_id)
        assert row.spending_since is not None
        row.spending_since -= timedelta(days=1)
    again = [(await verify(client, service, key, cost=3))["code"] for _ in range(2)]

    assert spent == again == ["VALID", "INSUFFICIENT_CREDITS"]


async def test_a_cap_by_the_period_remembers_when_it_began(client, world, service, organization):
    user = await world.get_user(await world.owner_of(organization.id))
    caller = await world.session_caller(user, organization)
    body = {"name": "Monthly", "credit_cap": 5, "credit_cap_period": "month"}
    created = (await client.post("/api/v1/api-keys", json=body, headers=caller.headers)).json()

    await verify(client, service, created["api_key"], cost=2)

    shown = (await client.get(f"/api/v1/api-keys/{created['id']}", headers=caller.headers)).json()
    month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert (shown["credit_cap_period"], shown["credits_spent"]) == ("month", 2)
    assert datetime.fromisoformat(shown["spending_since"]) == month


async def test_limits_of_an_organization_are_read_afresh(client, world, resources, service, organization):
    key = await world.api_key(organization)
    await agree(client, world, organization, {"name": "extra", "limit": 1, **HOUR})
    before = await codes(client, service, key, 2)

    async with transaction(resources.engine) as session:
        (await session.get_one(Organization, organization.id)).limits = []

    assert before == ["VALID", "RATE_LIMITED"]
    assert await codes(client, service, key, 1) == ["VALID"]


async def test_holds_are_open_only_so_many_at_a_time_until_they_end(client, world, service, organization):
    await agree(client, world, organization, {"name": "parallel", "limit": 2, "unit": "in_flight"})
    key = await world.api_key(organization)

    held = [await verify(client, service, key, cost=5, hold=True, limits=[]) for _ in range(2)]
    refused = await verify(client, service, key, cost=5, hold=True, limits=[])
    free = await verify(client, service, key, cost=1, limits=[])
    settled = await client.post(
        f"/api/v1/credits/holds/{held[0]['hold']['id']}/settle",
        json={"amount": 3},
        headers=service.headers,
    )
    again = await verify(client, service, key, cost=5, hold=True, limits=[])

    assert [(each["code"], standing(each)) for each in held] == [
        ("VALID", {"parallel": 1}),
        ("VALID", {"parallel": 0}),
    ]
    assert (refused["code"], refused["credits"]["charged"]) == ("RATE_LIMITED", 0)
    assert refused["headers"]["Retry-After"] == "1"
    assert 'qu="concurrent-requests"' in refused["headers"]["RateLimit-Policy"]
    assert (free["code"], free["limits"]) == ("VALID", []), "who holds nothing needs no slot"
    assert settled.status_code == 200, settled.text
    assert again["code"] == "VALID"


async def test_slots_are_exact_when_many_ask_at_once(client, world, service, organization):
    await agree(client, world, organization, {"name": "parallel", "limit": 3, "unit": "in_flight"})
    key = await world.api_key(organization)

    asked = [verify(client, service, key, cost=1, hold=True, limits=[]) for _ in range(12)]
    verdicts = await asyncio.gather(*asked)

    assert sorted(each["code"] for each in verdicts) == ["RATE_LIMITED"] * 9 + ["VALID"] * 3


async def test_a_key_cannot_count_holds_of_its_own(client, world, organization):
    user = await world.get_user(await world.owner_of(organization.id))
    caller = await world.session_caller(user, organization)
    limit = {"name": "parallel", "limit": 2, "unit": "in_flight"}

    answer = await client.post(
        "/api/v1/api-keys", json={"name": "Bound", "limits": [limit]}, headers=caller.headers
    )

    assert answer.status_code == 422
