"""Looking into tokens (RFC 7662): services that guard APIs and owners learn, nobody else does (SEC-28)."""

from datetime import UTC, datetime

import pytest

from tests.factories.account import bearer, make_account

INTROSPECT = "/api/v1/auth/introspect"
REVOKE = "/api/v1/auth/revoke"
INACTIVE = b'{"active":false}'


async def introspect(client, caller, token, **fields):
    return await client.post(INTROSPECT, data={"token": token, **fields}, headers=caller)


async def test_a_service_learns_what_an_access_token_stands_for(client, world):
    account = await make_account(world)
    tokens = await account.login(client)
    service = await world.service_key()

    answer = await introspect(client, service.headers, tokens["access_token"])

    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["active"], told["token_type"]) == (True, "Bearer")
    assert (told["sub"], told["sid"]) == (str(account.user.id), tokens["session_id"])
    assert told["organization_id"] == str(account.organization.id)
    assert told["client_id"] == f"user:{account.user.id}"
    assert "blog_posts:write" in told["scope"].split(" ")
    assert told["exp"] - told["iat"] == 600
    assert 0 <= told["iat"] - told["auth_time"] <= 1
    assert "act" not in told
    assert (told["iss"], told["aud"]) == ("faregate", "faregate")


async def test_a_service_learns_who_acts_in_somebody_s_name(client, world):
    """RFC 8693: an API behind the gate can refuse what an operator must not do for others."""
    operator, user = await world.user(is_operator=True), await world.user()
    organization = await world.organization(owner=user)
    caller = await world.session_caller(user, organization, impersonator_id=operator.id)
    service = await world.service_key()
    issue = world.resources.access_tokens.issue
    token = issue(user.id, caller.session_id, datetime.now(UTC), actor_id=operator.id)

    told = (await introspect(client, service.headers, token)).json()

    assert (told["active"], told["sub"], told["act"]) == (True, str(user.id), {"sub": str(operator.id)})


async def test_a_service_learns_what_an_api_key_stands_for(client, world):
    organization = await world.organization()
    key = await world.api_key(organization, scopes=["forecast:read"])
    service = await world.service_key()

    told = (await introspect(client, service.headers, key.api_key, token_type_hint="x")).json()

    assert told == {
        "active": True,
        "token_type": "Bearer",
        "scope": "forecast:read",
        "sub": str(key.row.created_by),
        "client_id": f"key:{key.row.id}",
        "organization_id": str(organization.id),
    }


async def test_looking_costs_the_asked_key_nothing(client, world):
    plan = await world.plan(minute=(1, 60))
    organization = await world.organization(plan=plan, credits=1)
    key = await world.api_key(organization)
    service = await world.service_key()

    told = [(await introspect(client, service.headers, key.api_key)).json()["active"] for _ in range(3)]

    assert told == [True] * 3
    assert await world.balance(organization.id) == 1


async def test_a_token_that_is_over_is_not_active(client, world):
    account = await make_account(world)
    tokens = await account.login(client)
    service = await world.service_key()
    await client.post(REVOKE, data={"token": tokens["access_token"]})
    disabled = await world.api_key(account.organization, enabled=False)

    for text in (tokens["access_token"], disabled.api_key, "fg_live_nonsense", "x"):
        assert (await introspect(client, service.headers, text)).content == INACTIVE


async def test_a_refresh_token_is_never_active(client, world):
    """SEC-19: a service that takes it for an access token must not let it in."""
    tokens = await (await make_account(world)).login(client)
    service = await world.service_key()

    assert (await introspect(client, service.headers, tokens["refresh_token"])).content == INACTIVE


async def test_people_may_look_into_their_own(client, world):
    account = await make_account(world)
    here, there = await account.login(client), await account.login(client)
    key = await world.api_key(account.organization)

    for text in (here["access_token"], there["access_token"], key.api_key):
        assert (await introspect(client, bearer(here), text)).json()["active"] is True


@pytest.mark.parametrize("kind", ["session", "api_key", "colleague", "key without scopes"])
async def test_a_stranger_learns_as_much_of_a_living_token_as_of_an_invented_one(client, world, kind):
    """SEC-28: only `active: false` to any non-owner."""
    account = await make_account(world)
    tokens = await account.login(client)
    key = await world.api_key(account.organization)
    texts = [tokens["access_token"], tokens["refresh_token"], "e.y.J", "fg_live_nonsense"]
    if kind == "colleague":
        colleague = await world.user()
        await world.member(account.organization, colleague, role="admin")
        caller = await world.session_caller(colleague, account.organization)
    elif kind == "key without scopes":
        caller = await world.api_key(account.organization, scopes=[])
        texts.append(key.api_key)
    else:
        caller = await world.caller(by=kind)
        texts.append(key.api_key)

    answers = [await introspect(client, caller.headers, text) for text in texts]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, INACTIVE)}


async def test_nobody_is_nobody(client):
    answer = await client.post(INTROSPECT, data={"token": "x"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
