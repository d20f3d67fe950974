"""Nobody gives a key more than they hold, nor takes over one that holds more."""

import pytest

from app.core.scopes import MEMBER_SCOPES, OPERATOR_SCOPES, Scope
from tests.factories.api_keys import KEYS, issue_key, verify


@pytest.fixture
async def key(client, caller):
    """A key of the caller's organization."""
    return await issue_key(client, caller)


@pytest.fixture
def url(key):
    return f"{KEYS}/{key['id']}"


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
