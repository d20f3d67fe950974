import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core.api_key_secrets import parse
from app.core.scopes import MEMBER_SCOPES, OPERATOR_SCOPES, Scope
from tests.factories.api_keys import KEYS, issue_key, verify

WIDE = {
    "name": "Production",
    "description": "The forecast service",
    "scopes": ["forecast:read", "blog_posts:read"],
    "environment": "test",
    "credit_cap": 50,
    "allowed_cidrs": ["203.0.113.0/24", "2001:db8::/32"],
    "metadata": {"team": "forecast", "tier": 2, "flags": [True, None, 1.5]},
    "enabled": False,
    "expires_at": "2100-01-01T02:00:00+02:00",
}


@pytest.fixture
async def key(client, caller):
    """A key of the caller's organization."""
    return await issue_key(client, caller)


@pytest.fixture
def url(key):
    return f"{KEYS}/{key['id']}"


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

    key = await issue_key(client, caller, **WIDE)

    expected = {
        **WIDE,
        "scopes": ["blog_posts:read", "forecast:read"],
        "expires_at": "2100-01-01T00:00:00Z",
    }
    assert {name: key[name] for name in WIDE} == expected
    assert key["prefix"].startswith("fg_test_")
    assert (await client.get(f"{KEYS}/{key['id']}", headers=caller.headers)).json()["metadata"] == WIDE[
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


@pytest.mark.parametrize("scope", sorted(OPERATOR_SCOPES))
async def test_only_operators_grant_operator_scopes(client, world, caller, scope):
    operator = await world.operator()

    refused = await client.post(KEYS, json={"name": "New", "scopes": [scope]}, headers=caller.headers)
    granted = await client.post(KEYS, json={"name": "New", "scopes": [scope]}, headers=operator.headers)

    assert (refused.status_code, refused.json()["required_scopes"]) == (403, [scope])
    assert granted.status_code == 201


async def test_a_key_gives_no_key_more_than_it_has(client, world):
    own = [Scope.API_KEYS_WRITE, Scope.BLOG_POSTS_READ]
    maker = await world.api_key(await world.organization(), scopes=own)

    some = await client.post(KEYS, json={"name": "Some", "scopes": own}, headers=maker.headers)
    more = await client.post(
        KEYS, json={"name": "More", "scopes": [*own, Scope.BLOG_POSTS_WRITE]}, headers=maker.headers
    )

    assert some.status_code == 201
    assert (more.status_code, more.json()["required_scopes"]) == (403, ["blog_posts:write"])


@pytest.mark.parametrize(("method", "path"), [("PATCH", ""), ("POST", "/rotate")])
async def test_a_key_takes_over_no_key_that_may_do_more(client, world, method, path):
    """Whoever rotates a key reads its new string; whoever enables it may know the old one."""
    organization = await world.organization()
    maker = await world.api_key(organization, scopes=[Scope.API_KEYS_WRITE])
    strong = await world.api_key(organization, enabled=False)

    answer = await client.request(method, f"{KEYS}/{strong.row.id}{path}", json={}, headers=maker.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


async def test_a_key_with_few_scopes_can_still_stop_one_with_many(client, world):
    organization = await world.organization()
    maker = await world.api_key(organization, scopes=[Scope.API_KEYS_WRITE])
    strong = await world.api_key(organization)

    revoked = await client.post(f"{KEYS}/{strong.row.id}/revoke", headers=maker.headers)
    deleted = await client.delete(f"{KEYS}/{strong.row.id}", headers=maker.headers)

    assert (revoked.status_code, deleted.status_code) == (200, 204)


async def test_plans_of_keys_are_given_by_operators_only(client, world, caller, url):
    operator = await world.operator()

    created = await client.post(KEYS, json={"name": "New", "plan": "pro"}, headers=caller.headers)
    changed = await client.patch(url, json={"plan": None}, headers=caller.headers)
    given = await client.patch(url, json={"plan": "pro"}, headers=operator.headers)
    unknown = await client.patch(url, json={"plan": "none"}, headers=operator.headers)

    assert (created.status_code, changed.status_code) == (403, 403)
    assert (given.status_code, given.json()["plan"]) == (200, "pro")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/plan")


async def test_the_plan_of_a_key_goes_before_that_of_its_organization(client, world):
    operator, service_key = await world.operator(), await world.service_key()
    plan = await world.plan(minute=(2, 3600))
    key = await world.api_key(await world.organization(plan="internal"))
    await client.patch(f"{KEYS}/{key.row.id}", json={"plan": plan.name}, headers=operator.headers)

    codes = [(await verify(client, service_key, key.api_key))["code"] for _ in range(3)]

    assert codes == ["VALID", "VALID", "RATE_LIMITED"]


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


async def test_a_change_leaves_alone_what_it_does_not_name(client, world):
    caller = await world.caller()
    key = await issue_key(client, caller, **WIDE)

    answer = await client.patch(f"{KEYS}/{key['id']}", json={"name": "Renamed"}, headers=caller.headers)

    changed = {"name", "updated_at", "api_key"}
    assert answer.json()["name"] == "Renamed"
    assert without(answer.json(), changed) == without(key, changed)


async def test_null_takes_a_restriction_away(client, world):
    caller = await world.caller()
    key = await issue_key(client, caller, **WIDE)
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


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "", "api_keys:read"),
        ("POST", "", "api_keys:write"),
        ("GET", "/{key_id}", "api_keys:read"),
        ("PATCH", "/{key_id}", "api_keys:write"),
        ("POST", "/{key_id}/rotate", "api_keys:write"),
        ("POST", "/{key_id}/revoke", "api_keys:write"),
        ("DELETE", "/{key_id}", "api_keys:write"),
    ],
)
async def test_each_route_asks_for_its_scope(client, world, method, path, scope):
    organization = await world.organization()
    key = await world.api_key(organization, scopes=sorted(MEMBER_SCOPES - {scope}))
    body = {} if method == "GET" else {"json": {"name": "New"}}

    refused = await client.request(method, KEYS + path.format(key_id=key.row.id), headers=key.headers, **body)
    anonymous = await client.request(method, KEYS + path.format(key_id=key.row.id), **body)

    assert (refused.status_code, refused.json()["required_scopes"]) == (403, [scope])
    assert (anonymous.status_code, "WWW-Authenticate" in anonymous.headers) == (401, True)


def without(key, names):
    return {name: value for name, value in key.items() if name not in names}
