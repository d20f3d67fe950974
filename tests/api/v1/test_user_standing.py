"""What operators do to people acts on the very next request, with whatever credential."""

import pytest

from app.core.audit import AuditAction
from tests.factories.account import bearer, make_account
from tests.factories.audit import events_about

USERS = "/api/v1/users"
ME = "/api/v1/users/me"


@pytest.fixture
async def operator(world):
    return await world.operator()


def path(caller, *rest):
    return "/".join([USERS, str(caller.user_id), *rest])


async def test_an_operator_reads_a_person(client, world, operator, caller):
    answer = await client.get(path(caller), headers=operator.headers)

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["banned_at"]) == (str(caller.user_id), None)


@pytest.mark.parametrize(
    ("part", "body", "action"),
    [
        ("suspension", None, AuditAction.USER_DISABLED),
        ("ban", {"reason": "Spam"}, AuditAction.USER_BANNED),
    ],
)
async def test_who_is_kept_out_is_refused_on_the_very_next_request(
    client, resources, operator, caller, part, body, action
):
    """SEC-21, SEC-51: alike for a session and a key, and told once."""
    assert (await client.get(ME, headers=caller.headers)).status_code == 200

    answer = await client.put(path(caller, part), json=body, headers=operator.headers)

    assert answer.status_code == 200, answer.text
    assert answer.json()["is_active"] is False
    assert (await client.get(ME, headers=caller.headers)).status_code == 401
    (event,) = await events_about(resources.engine, caller.user_id, action)
    assert (event.actor_id, event.target) == (operator.user_id, f"user:{caller.user_id}")


@pytest.mark.parametrize(("part", "body"), [("suspension", None), ("ban", {"reason": "Spam"})])
async def test_who_is_let_in_again_signs_in_anew(client, world, operator, part, body):
    account = await make_account(world)
    tokens = await account.login(client)
    place = f"{USERS}/{account.user.id}/{part}"
    await client.put(place, json=body, headers=operator.headers)
    refused = await client.post(
        "/api/v1/auth/login", json={"email": account.email, "password": account.password}
    )

    answer = await client.delete(place, headers=operator.headers)

    assert (refused.status_code, answer.status_code) == (401, 204)
    assert (await client.get(ME, headers=bearer(tokens))).status_code == 401
    assert (await client.get(ME, headers=bearer(await account.login(client)))).status_code == 200


async def test_a_ban_is_lifted_and_not_enabled_away(client, operator, world):
    caller = await world.caller()
    await client.put(path(caller, "ban"), json={"reason": "Spam"}, headers=operator.headers)

    answer = await client.delete(path(caller, "suspension"), headers=operator.headers)

    assert answer.status_code == 409
    assert (await client.get(path(caller), headers=operator.headers)).json()["ban_reason"] == "Spam"


async def test_a_forced_logout_ends_every_session_and_no_key(client, world, operator):
    """SEC-25."""
    account = await make_account(world)
    sessions = [await account.login(client), await account.login(client)]
    key = await world.api_key(account.organization)

    answer = await client.delete(f"{USERS}/{account.user.id}/sessions", headers=operator.headers)

    assert answer.status_code == 204
    assert {(await client.get(ME, headers=bearer(each))).status_code for each in sessions} == {401}
    assert (await client.get(ME, headers=key.headers)).status_code == 200


@pytest.mark.parametrize(("part", "body"), [("suspension", None), ("ban", {"reason": "Spam"})])
async def test_operators_do_not_lock_themselves_out(client, operator, part, body):
    answer = await client.put(path(operator, part), json=body, headers=operator.headers)

    assert answer.status_code == 409
    assert (await client.get(ME, headers=operator.headers)).status_code == 200
