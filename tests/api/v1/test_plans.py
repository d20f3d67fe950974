import secrets

import pytest

from app.core.identifiers import new_id
from tests.factories.api_keys import verify

PLANS = "/api/v1/plans"


@pytest.fixture
async def operator(world):
    return await world.operator()


@pytest.fixture
def name():
    return f"plan-{secrets.token_hex(6)}"


def limit(**values):
    return {"name": "minute", "limit": 10, "period_seconds": 60, **values}


async def test_everyone_sees_the_plans_and_their_limits(client, caller):
    answer = await client.get(PLANS, params={"size": 100}, headers=caller.headers)

    page = answer.json()
    free = next(plan for plan in page["items"] if plan["name"] == "free")
    assert free["limits"] == [
        {"name": "minute", "limit": 60, "period_seconds": 60, "burst": 60, "unit": "requests"}
    ]
    assert page["total"] >= 4


async def test_strangers_see_no_plans(client):
    assert (await client.get(PLANS)).status_code == 401


@pytest.mark.parametrize("by", ["session", "api_key"])
async def test_operators_create_plans(client, world, name, by):
    operator = await world.operator(by=by)
    limits = [limit(name="day", limit=500, period_seconds=86_400), limit(burst=3)]

    answer = await client.post(PLANS, json={"name": name, "limits": limits}, headers=operator.headers)

    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert [(each["name"], each["burst"]) for each in answer.json()["limits"]] == [
        ("day", 500),
        ("minute", 3),
    ]
    assert (await client.get(answer.headers["Location"], headers=operator.headers)).json() == answer.json()


async def test_a_plan_name_is_taken_once(client, operator, name):
    first = await client.post(PLANS, json={"name": name, "limits": []}, headers=operator.headers)
    second = await client.post(PLANS, json={"name": name, "limits": []}, headers=operator.headers)

    assert (first.status_code, second.status_code) == (201, 409)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"limits": []}, "/name"),
        ({"name": "Pro", "limits": []}, "/name"),
        ({"name": "p" * 51, "limits": []}, "/name"),
        ({"name": "pro\n", "limits": []}, "/name"),
        ({"name": "p"}, "/limits"),
        ({"name": "p", "limits": [limit() | {"name": f"l{i}"} for i in range(11)]}, "/limits"),
        ({"name": "p", "limits": [limit(), limit()]}, "/limits"),
        ({"name": "p", "limits": [limit(name="a b")]}, "/limits/0/name"),
        ({"name": "p", "limits": [limit(name="l" * 65)]}, "/limits/0/name"),
        *(
            ({"name": "p", "limits": [limit(**{field: value})]}, f"/limits/0/{field}")
            for field in ("limit", "period_seconds", "burst")
            for value in (0, -1, True, "5", 5.0, 2_678_401)
        ),
        ({"name": "p", "limits": [limit(weight=1)]}, "/limits/0/weight"),
        ({"name": "p", "limits": [], "id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "/id"),
    ],
    ids=lambda value: str(value)[-60:],
)
async def test_a_plan_past_its_limits_is_refused(client, operator, body, pointer):
    answer = await client.post(PLANS, json=body, headers=operator.headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_new_limits_replace_the_old_ones(client, operator, name):
    old = {"name": name, "limits": [limit(), limit(name="day", limit=99)]}
    plan = (await client.post(PLANS, json=old, headers=operator.headers)).json()
    new = {"limits": [limit(limit=20), limit(name="hour", limit=30)]}

    answer = await client.patch(f"{PLANS}/{plan['id']}", json=new, headers=operator.headers)

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert [(each["name"], each["limit"]) for each in answer.json()["limits"]] == [
        ("minute", 20),
        ("hour", 30),
    ]
    read = await client.get(f"{PLANS}/{plan['id']}", headers=operator.headers)
    assert sorted(each["name"] for each in read.json()["limits"]) == ["hour", "minute"]


async def test_a_plan_is_renamed_and_keeps_its_limits(client, operator, name):
    body = {"name": name, "limits": [limit()]}
    plan = (await client.post(PLANS, json=body, headers=operator.headers)).json()

    answer = await client.patch(f"{PLANS}/{plan['id']}", json={"name": f"{name}-2"}, headers=operator.headers)

    assert (answer.json()["name"], answer.json()["limits"]) == (f"{name}-2", plan["limits"])


@pytest.mark.parametrize("body", [{"name": None}, {"limits": None}, {"limits": [limit(burst=0)]}])
async def test_a_change_past_its_limits_is_refused(client, world, operator, body):
    plan = await world.plan(minute=(10, 60))

    answer = await client.patch(f"{PLANS}/{plan.id}", json=body, headers=operator.headers)

    assert answer.status_code == 422


async def test_a_change_of_what_has_changed_meanwhile_is_refused(client, world, operator):
    plan = await world.plan(minute=(10, 60))
    await client.patch(f"{PLANS}/{plan.id}", json={"limits": []}, headers=operator.headers)

    late = await client.patch(
        f"{PLANS}/{plan.id}", json={"limits": [limit()]}, headers={**operator.headers, "If-Match": '"1"'}
    )

    assert late.status_code == 412
    read = await client.get(f"{PLANS}/{plan.id}", headers=operator.headers)
    assert read.json()["limits"] == []


async def test_a_changed_plan_acts_on_the_very_next_call_and_resets_no_bucket(client, world, operator):
    plan = await world.plan(minute=(3, 3600))
    key = await world.api_key(await world.organization(plan=plan))
    service_key = await world.service_key()
    codes = [(await verify(client, service_key, key.api_key))["code"] for _ in range(4)]

    new = {"limits": [limit(limit=5, period_seconds=3600)]}
    await client.patch(f"{PLANS}/{plan.id}", json=new, headers=operator.headers)
    after = [await verify(client, service_key, key.api_key) for _ in range(4)]

    assert codes == ["VALID", "VALID", "VALID", "RATE_LIMITED"]
    assert after[0]["limits"][0]["limit"] == 5
    assert "RATE_LIMITED" in [verdict["code"] for verdict in after]


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PATCH", "/{plan_id}")])
async def test_customers_change_no_plan(client, world, caller, method, path):
    plan = await world.plan(minute=(10, 60))

    answer = await client.request(
        method,
        PLANS + path.format(plan_id=plan.id),
        json={"name": "generous", "limits": []},
        headers=caller.headers,
    )

    assert answer.status_code == 403
    assert answer.json()["required_scopes"] == ["plans:write"]


async def test_a_plan_that_is_not_there_is_not_found(client, operator):
    read = await client.get(f"{PLANS}/{new_id()}", headers=operator.headers)
    changed = await client.patch(f"{PLANS}/{new_id()}", json={}, headers=operator.headers)

    assert (read.status_code, changed.status_code) == (404, 404)
