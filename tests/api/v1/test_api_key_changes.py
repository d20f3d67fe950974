from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.api_keys import KEYS, WIDE_KEY, issue_key, verify


@pytest.fixture
async def key(client, caller):
    """A key of the caller's organization."""
    return await issue_key(client, caller)


@pytest.fixture
def url(key):
    return f"{KEYS}/{key['id']}"


async def test_a_change_leaves_alone_what_it_does_not_name(client, world):
    caller = await world.caller()
    key = await issue_key(client, caller, **WIDE_KEY)

    answer = await client.patch(f"{KEYS}/{key['id']}", json={"name": "Renamed"}, headers=caller.headers)

    changed = {"name", "updated_at", "api_key"}
    assert answer.json()["name"] == "Renamed"
    assert without(answer.json(), changed) == without(key, changed)


async def test_null_takes_a_restriction_away(client, world):
    caller = await world.caller()
    key = await issue_key(client, caller, **WIDE_KEY)
    restrictions = ("description", "credit_cap", "allowed_cidrs", "expires_at")

    answer = await client.patch(
        f"{KEYS}/{key['id']}", json=dict.fromkeys(restrictions), headers=caller.headers
    )

    assert [answer.json()[name] for name in restrictions] == [None] * 4


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        *(({name: None}, f"/{name}") for name in ("name", "scopes", "metadata", "enabled")),
        ({"environment": "test"}, "/environment"),
        ({"organization_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "/organization_id"),
        ({"revoked_at": None}, "/revoked_at"),
        ({"enabled": 1}, "/enabled"),
        ({"credit_cap": True}, "/credit_cap"),
        ({"scopes": ["nothing:real"]}, "/scopes/0"),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_a_change_past_its_limits_is_refused(client, caller, url, changes, pointer):
    answer = await client.patch(url, json=changes, headers=caller.headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_change_acts_on_the_very_next_call(client, world, caller, key, url):
    service_key = await world.service_key()
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    codes = []

    for changes in ({"enabled": False}, {"enabled": True}, {"expires_at": past}, {"expires_at": None}):
        await client.patch(url, json=changes, headers=caller.headers)
        codes.append((await verify(client, service_key, key["api_key"]))["code"])

    assert codes == ["DISABLED", "VALID", "EXPIRED", "VALID"]


async def test_editing_a_key_spends_nothing(client, world):
    """Trap C: editing a key that spends it."""
    caller, service_key = await world.caller(credits=100), await world.service_key()
    key = await issue_key(client, caller, credit_cap=50)
    await verify(client, service_key, key["api_key"], cost=7)
    changes = {"name": "Renamed", "credit_cap": 40, "enabled": True, "metadata": {"a": 1}}

    answer = await client.patch(f"{KEYS}/{key['id']}", json=changes, headers=caller.headers)

    assert answer.json()["credits_spent"] == 7
    assert await world.balance(caller.organization_id) == 93
    assert len(await world.entries(caller.organization_id)) == 2


async def test_a_cap_is_never_below_what_is_spent(client, world, caller):
    service_key = await world.service_key()
    key = await issue_key(client, caller, credit_cap=50)
    await verify(client, service_key, key["api_key"], cost=7)

    low = await client.patch(f"{KEYS}/{key['id']}", json={"credit_cap": 6}, headers=caller.headers)
    equal = await client.patch(f"{KEYS}/{key['id']}", json={"credit_cap": 7}, headers=caller.headers)

    assert (low.status_code, low.json()["errors"][0]["pointer"]) == (422, "/credit_cap")
    assert equal.status_code == 200
    verdict = await verify(client, service_key, key["api_key"], cost=1)
    assert verdict["code"] == "INSUFFICIENT_CREDITS"


async def test_a_new_cap_counts_anew(client, world, caller):
    service_key = await world.service_key()
    key = await issue_key(client, caller, credit_cap=50)
    await verify(client, service_key, key["api_key"], cost=7)

    for cap in (None, 5):
        answer = await client.patch(f"{KEYS}/{key['id']}", json={"credit_cap": cap}, headers=caller.headers)

    assert (answer.json()["credit_cap"], answer.json()["credits_spent"]) == (5, 0)


async def test_spending_changes_the_tag_but_fails_no_edit(client, world, caller):
    service_key = await world.service_key()
    key = await issue_key(client, caller, credit_cap=50)
    url = f"{KEYS}/{key['id']}"
    tag = (await client.get(url, headers=caller.headers)).headers["ETag"]
    await verify(client, service_key, key["api_key"], cost=7)

    fresh = await client.get(url, headers={**caller.headers, "If-None-Match": tag})
    edited = await client.patch(url, json={"name": "New"}, headers={**caller.headers, "If-Match": tag})
    late = await client.patch(url, json={"name": "Late"}, headers={**caller.headers, "If-Match": tag})

    assert (fresh.status_code, fresh.json()["credits_spent"]) == (200, 7)
    assert (edited.status_code, late.status_code) == (200, 412)


async def test_an_unchanged_key_is_not_sent_again(client, world):
    caller = await world.caller()
    key = await issue_key(client, caller)
    url = f"{KEYS}/{key['id']}"
    changed = await client.patch(url, json={"name": "New"}, headers=caller.headers)
    tag = changed.headers["ETag"]

    answer = await client.get(url, headers={**caller.headers, "If-None-Match": tag})

    assert (answer.status_code, answer.headers["ETag"]) == (304, tag)


def without(key, names):
    return {name: value for name, value in key.items() if name not in names}
