import pytest

from app.core.identifiers import new_id
from tests.factories.gate import verify

THRESHOLDS = "/api/v1/credits/thresholds"
EVENTS = "/api/v1/credits/events"


async def set_thresholds(client, caller, *thresholds, path=THRESHOLDS):
    return await client.put(path, json={"thresholds": thresholds}, headers=caller.headers)


async def test_owners_set_and_members_read_the_thresholds(client, caller):
    answer = await set_thresholds(client, caller, 500, 10, 500)

    read = await client.get(THRESHOLDS, headers=caller.headers)
    assert (answer.status_code, read.status_code) == (200, 200)
    assert answer.json() == read.json()
    assert read.json() == {"organization_id": str(caller.organization_id), "thresholds": [10, 500]}
    assert answer.headers["ETag"] == read.headers["ETag"]


async def test_an_empty_list_tells_nothing_any_more(client, world):
    caller = await world.caller()
    await set_thresholds(client, caller, 900)
    await set_thresholds(client, caller)
    key = await world.api_key(await world.get_organization(caller.organization_id))

    await verify(client, await world.service_key(), key, cost=500)

    events = await client.get(EVENTS, headers=caller.headers)
    assert events.json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("thresholds", "pointer"),
    [
        ([-1], "/thresholds/0"),
        ([1, True], "/thresholds/1"),
        ([9_000_000_000_000_001], "/thresholds/0"),
        (list(range(11)), "/thresholds"),
    ],
    ids=["negative", "boolean", "too large", "too many"],
)
async def test_malformed_thresholds_are_refused(client, world, thresholds, pointer):
    answer = await set_thresholds(client, await world.caller(), *thresholds)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("role", ["developer", "viewer"])
async def test_who_does_not_rule_the_organization_sets_nothing(client, world, role):
    organization = await world.organization()
    person = await world.user()
    await world.member(organization, person, role=role)
    member = await world.session_caller(person, organization)

    answer = await set_thresholds(client, member, 10)

    assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["organizations:write"])


async def test_operators_set_those_of_any_organization_and_nobody_else_does(client, world):
    customer, stranger, operator = await world.caller(), await world.caller(), await world.operator()
    path = f"{THRESHOLDS}?organization_id={customer.organization_id}"

    by_stranger = await set_thresholds(client, stranger, 7, path=path)
    by_operator = await set_thresholds(client, operator, 7, path=path)
    unknown = await set_thresholds(client, operator, 7, path=f"{THRESHOLDS}?organization_id={new_id()}")

    assert [each.status_code for each in (by_stranger, by_operator, unknown)] == [404, 200, 404]
    read = await client.get(THRESHOLDS, headers=customer.headers)
    assert read.json()["thresholds"] == [7]


async def test_setting_thresholds_is_audited(client, world):
    caller = await world.caller()

    await set_thresholds(client, caller, 5, 3)

    trail = await client.get("/api/v1/audit-events", headers=caller.headers)
    event = trail.json()["items"][0]
    assert (event["action"], event["details"]) == ("credit_thresholds_changed", {"thresholds": "3, 5"})


async def test_events_are_read_newest_first_in_stretches(client, world):
    caller = await world.caller(credits=1_000)
    await set_thresholds(client, caller, 100, 500, 900)
    key = await world.api_key(await world.get_organization(caller.organization_id))
    service = await world.service_key()
    for _ in range(3):
        await verify(client, service, key, cost=300)

    first = (await client.get(f"{EVENTS}?size=2", headers=caller.headers)).json()
    rest = (await client.get(f"{EVENTS}?size=2&cursor={first['next_cursor']}", headers=caller.headers)).json()

    told = [(each["threshold"], each["available_after"]) for each in first["items"] + rest["items"]]
    assert told == [(100, 100), (500, 400), (900, 700)]
    assert rest["next_cursor"] is None
    ledger = (await client.get("/api/v1/credits/ledger", headers=caller.headers)).json()["items"]
    assert first["items"][0]["entry_id"] == ledger[0]["id"]
