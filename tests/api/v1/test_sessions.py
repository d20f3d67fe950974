"""People see where they are signed in, and sign out (SEC-25)."""

from uuid import uuid4

import pytest

from tests.factories.account import bearer, make_account

SESSIONS = "/api/v1/auth/sessions"
LOGOUT = "/api/v1/auth/logout"
REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/users/me"
ANY_ID = "01a20fce-f1ee-7739-a3e6-f466c9c250ee"


async def test_the_list_shows_the_own_sessions_newest_first_and_marks_the_current_one(client, world):
    account = await make_account(world)
    await (await make_account(world)).login(client)
    first, second = await account.login(client), await account.login(client)

    answer = await client.get(SESSIONS, headers=bearer(first))

    listed = [(item["id"], item["is_current"]) for item in answer.json()["items"]]
    assert listed == [(second["session_id"], False), (first["session_id"], True)]
    assert answer.json()["total"] == 2


async def test_the_list_shows_no_secret(client, world):
    tokens = await (await make_account(world)).login(client)

    (item,) = (await client.get(SESSIONS, headers=bearer(tokens))).json()["items"]

    assert set(item) == {
        "id", "created_at", "authenticated_at", "last_used_at", "expires_at", "ip_address", "user_agent",
        "impersonator_id", "is_current", "organization_id",
    }  # fmt: skip


async def test_the_list_comes_in_pages(client, world):
    account = await make_account(world)
    tokens = [await account.login(client) for _ in range(3)]

    answer = await client.get(SESSIONS, params={"page": 2, "size": 2}, headers=bearer(tokens[0]))

    assert [item["id"] for item in answer.json()["items"]] == [tokens[0]["session_id"]]
    assert answer.json()["pages"] == 2


@pytest.mark.parametrize("query", [{"size": 101}, {"page": 0}, {"size": "x"}, {"user_id": "1"}])
async def test_a_query_that_is_not_known_or_past_a_limit_is_refused(client, world, query):
    tokens = await (await make_account(world)).login(client)

    assert (await client.get(SESSIONS, params=query, headers=bearer(tokens))).status_code == 422


async def test_logout_ends_the_session_and_its_refresh_token_at_once(client, world):
    """A8 of the traps: logout that revokes nothing."""
    account = await make_account(world)
    tokens, other = await account.login(client), await account.login(client)

    answer = await client.post(LOGOUT, headers=bearer(tokens))

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(ME, headers=bearer(tokens))).status_code == 401
    assert (await client.post(LOGOUT, headers=bearer(tokens))).status_code == 401
    refreshed = await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401
    assert (await client.get(ME, headers=bearer(other))).status_code == 200


async def test_ending_another_session_of_one_s_own_stops_it_at_once(client, world):
    account = await make_account(world)
    kept, lost = await account.login(client), await account.login(client)

    answer = await client.delete(f"{SESSIONS}/{lost['session_id']}", headers=bearer(kept))

    assert answer.status_code == 204
    assert (await client.get(ME, headers=bearer(lost))).status_code == 401
    assert (await client.get(ME, headers=bearer(kept))).status_code == 200
    shown = (await client.get(SESSIONS, headers=bearer(kept))).json()["items"]
    assert [item["id"] for item in shown] == [kept["session_id"]]


async def test_ending_the_others_leaves_this_one_alone(client, world):
    """SEC-25."""
    account = await make_account(world)
    here, there, elsewhere = [await account.login(client) for _ in range(3)]

    answer = await client.delete(f"{SESSIONS}/others", headers=bearer(here))

    assert answer.status_code == 204
    assert (await client.get(ME, headers=bearer(here))).status_code == 200
    for tokens in (there, elsewhere):
        assert (await client.get(ME, headers=bearer(tokens))).status_code == 401


async def test_ending_all_ends_this_one_too_and_nobody_else_s(client, world):
    """SEC-25."""
    account = await make_account(world)
    here, there = [await account.login(client) for _ in range(2)]
    foreign = await (await make_account(world)).login(client)

    answer = await client.delete(SESSIONS, headers=bearer(here))

    assert answer.status_code == 204
    for tokens in (here, there):
        assert (await client.get(ME, headers=bearer(tokens))).status_code == 401
        refreshed = await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})
        assert refreshed.status_code == 401
    assert (await client.get(ME, headers=bearer(foreign))).status_code == 200


async def test_another_s_session_answers_exactly_as_an_absent_one(client, world):
    """SEC-25, SEC-49."""
    tokens = await (await make_account(world)).login(client)
    foreign = await (await make_account(world)).login(client)
    ended = await world.caller()
    await client.post(LOGOUT, headers=ended.headers)

    answers = [
        await client.delete(f"{SESSIONS}/{session_id}", headers=bearer(tokens))
        for session_id in (foreign["session_id"], uuid4(), ended.session_id)
    ]

    bodies = {repr({**answer.json(), "request_id": None, "instance": None}) for answer in answers}
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len(bodies) == 1
    assert (await client.get(ME, headers=bearer(foreign))).status_code == 200


async def test_a_session_id_that_is_none_is_refused(client, world):
    tokens = await (await make_account(world)).login(client)

    assert (await client.delete(f"{SESSIONS}/x", headers=bearer(tokens))).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LOGOUT),
        ("GET", SESSIONS),
        ("DELETE", SESSIONS),
        ("DELETE", f"{SESSIONS}/others"),
        ("DELETE", f"{SESSIONS}/{ANY_ID}"),
    ],
)
async def test_sessions_are_no_business_of_an_api_key(client, world, method, path):
    caller = await world.caller(by="api_key")

    answer = await client.request(method, path, headers=caller.headers)

    assert answer.status_code == 403
    assert answer.json()["code"] == "session_required"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LOGOUT),
        ("GET", SESSIONS),
        ("DELETE", SESSIONS),
        ("DELETE", f"{SESSIONS}/others"),
        ("DELETE", f"{SESSIONS}/{ANY_ID}"),
    ],
)
async def test_nobody_is_nobody(client, method, path):
    answer = await client.request(method, path)

    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers
