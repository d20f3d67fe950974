import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core.api_key_secrets import parse
from tests.factories.api_keys import KEYS, WIDE_KEY, issue_key, verify


@pytest.fixture
async def key(client, caller):
    """A key of the caller's organization."""
    return await issue_key(client, caller)


async def test_a_new_key_is_shown_once(client, caller):
    answer = await client.post(KEYS, json={"name": "New"}, headers=caller.headers)

    key = answer.json()
    string = key.pop("api_key")
    read = await client.get(answer.headers["Location"], headers=caller.headers)
    assert answer.status_code == 201
    assert parse(string) is not None
    assert key["prefix"] == string[:12]
    assert read.json() == key
    assert read.headers["ETag"] == answer.headers["ETag"]
    assert string[20:] not in read.text


async def test_a_new_key_has_modest_defaults(client, caller):
    key = await issue_key(client, caller)

    assert key["organization_id"] == str(caller.organization_id)
    assert key["created_by"] == str(caller.user_id)
    assert (key["scopes"], key["metadata"], key["enabled"]) == ([], {}, True)
    assert {key[name] for name in ("plan", "credit_cap", "allowed_cidrs", "expires_at", "revoked_at")} == {
        None
    }


async def test_a_new_key_has_what_it_was_asked_to_have(client, world):
    caller = await world.caller()

    key = await issue_key(client, caller, **WIDE_KEY)

    expected = {
        **WIDE_KEY,
        "scopes": ["blog_posts:read", "forecast:read"],
        "expires_at": "2100-01-01T00:00:00Z",
    }
    assert {name: key[name] for name in WIDE_KEY} == expected
    assert key["prefix"].startswith("fg_test_")
    assert (await client.get(f"{KEYS}/{key['id']}", headers=caller.headers)).json()["metadata"] == WIDE_KEY[
        "metadata"
    ]


async def test_a_new_key_opens_the_gate_at_once(client, world, caller):
    key = await issue_key(client, caller, metadata={"team": "forecast"})

    verdict = await verify(client, await world.service_key(), key["api_key"])

    assert verdict["code"] == "VALID"
    assert verdict["principal"]["key_id"] == key["id"]
    assert verdict["principal"]["metadata"] == {"team": "forecast"}


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": " "}, "/name"),
        ({"name": "n" * 101}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"description": "d" * 501}, "/description"),
        ({"environment": "prod"}, "/environment"),
        ({"environment": None}, "/environment"),
        ({"scopes": None}, "/scopes"),
        ({"scopes": "blog_posts:read"}, "/scopes"),
        ({"scopes": ["blog_posts:read", "nothing:real"]}, "/scopes/1"),
        ({"scopes": ["a b"]}, "/scopes/0"),
        ({"scopes": ["s" * 101]}, "/scopes/0"),
        ({"scopes": ["blog_posts:read"] * 101}, "/scopes"),
        *(({"credit_cap": value}, "/credit_cap") for value in (-1, True, "5", 5.0, 9_000_000_000_000_001)),
        *(({"enabled": value}, "/enabled") for value in (None, 1, "true")),
        *(
            ({"expires_at": value}, "/expires_at")
            for value in ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00", "soon", 4102444800, True)
        ),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, "/expires_at"),
        ({"allowed_cidrs": []}, "/allowed_cidrs"),
        ({"allowed_cidrs": ["203.0.113.1/24"]}, "/allowed_cidrs"),
        ({"allowed_cidrs": ["example.org"]}, "/allowed_cidrs/0"),
        ({"allowed_cidrs": [2130706433]}, "/allowed_cidrs/0"),
        ({"allowed_cidrs": ["10.0.0.0/33"]}, "/allowed_cidrs"),
        ({"allowed_cidrs": ["10.0.0.0/8"] * 51}, "/allowed_cidrs"),
        ({"metadata": None}, "/metadata"),
        ({"metadata": []}, "/metadata"),
        ({"metadata": {"text": "x" * 4096}}, "/metadata"),
        ({"metadata": {"a": "\x00"}}, "/metadata"),
        ({"metadata": {"\x00": 1}}, "/metadata"),
        ({"metadata": {"a": [[[[[[[[[1]]]]]]]]]}}, "/metadata"),
        ({"organization_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "/organization_id"),
        ({"created_by": "01890a5d-ac96-774b-bcce-b302099a8057"}, "/created_by"),
        ({"credits_spent": 0}, "/credits_spent"),
        ({"api_key": "fg_live_x"}, "/api_key"),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_a_key_past_its_limits_is_refused(client, world, values, pointer):
    caller = await world.caller()

    answer = await client.post(KEYS, json={"name": "New", **values}, headers=caller.headers)

    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await client.get(KEYS, headers=caller.headers)).json()["total"] == 0


async def test_a_key_of_the_last_instant_is_fine(client, caller):
    key = await issue_key(client, caller, expires_at="9999-12-31T23:59:59Z")

    assert key["expires_at"] == "9999-12-31T23:59:59Z"


async def test_keys_are_listed_in_order_page_by_page(client, world):
    caller = await world.caller()
    for name in ("b", "c", "a"):
        await issue_key(client, caller, name=name)

    pages = {
        sort: [
            (
                await client.get(KEYS, params={"sort": sort, "size": 2, "page": page}, headers=caller.headers)
            ).json()
            for page in (1, 2)
        ]
        for sort in ("-created_at", "created_at", "name")
    }

    names = {sort: [key["name"] for page in both for key in page["items"]] for sort, both in pages.items()}
    assert names == {"-created_at": ["a", "c", "b"], "created_at": ["b", "c", "a"], "name": ["a", "b", "c"]}
    assert (pages["name"][0]["total"], pages["name"][0]["pages"]) == (3, 2)
    assert "api_key" not in pages["name"][0]["items"][0]


async def test_lists_show_the_callers_organization_alone_and_operators_any(client, world, caller, key):
    stranger, operator = await world.caller(), await world.operator()
    query = {"organization_id": str(caller.organization_id)}

    foreign = await client.get(KEYS, headers=stranger.headers)
    own = await client.get(KEYS, params=query, headers=caller.headers)
    seen = await client.get(KEYS, params=query, headers=operator.headers)

    assert foreign.json()["total"] == 0
    assert key["id"] in [each["id"] for each in own.json()["items"]]
    assert [each["id"] for each in seen.json()["items"]] == [each["id"] for each in own.json()["items"]]


@pytest.mark.parametrize(
    "query", [{"size": 0}, {"size": 101}, {"page": 0}, {"sort": "secret"}, {"sort": "id"}, {"digest": "x"}]
)
async def test_a_list_query_past_its_limits_is_refused(client, caller, query):
    assert (await client.get(KEYS, params=query, headers=caller.headers)).status_code == 422


async def test_expired_and_exhausted_keys_are_kept(client, world, caller):
    """Trap C: expired or exhausted keys deleted on use."""
    service_key = await world.service_key()
    capped = await issue_key(client, caller, credit_cap=0)
    late = await issue_key(client, caller)
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    await client.patch(f"{KEYS}/{late['id']}", json={"expires_at": past}, headers=caller.headers)

    codes = [(await verify(client, service_key, key["api_key"], cost=1))["code"] for key in (capped, late)]

    assert codes == ["INSUFFICIENT_CREDITS", "EXPIRED"]
    for key in (capped, late):
        assert (await client.get(f"{KEYS}/{key['id']}", headers=caller.headers)).status_code == 200


async def test_an_organization_has_a_bounded_number_of_keys(client, world, settings):
    """Two calls at once never take the same last free place."""
    caller = await world.caller()
    organization = await world.get_organization(caller.organization_id)
    rows = [await world.api_key(organization) for _ in range(settings.keys.per_organization_max - 1)]

    both = await asyncio.gather(
        *(client.post(KEYS, json={"name": "Last"}, headers=caller.headers) for _ in range(2))
    )
    await client.post(f"{KEYS}/{rows[0].row.id}/revoke", headers=caller.headers)
    after = await client.post(KEYS, json={"name": "Freed"}, headers=caller.headers)

    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert after.status_code == 201
