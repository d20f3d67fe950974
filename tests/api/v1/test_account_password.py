"""Changing one's password: who knows the current one, and nobody else."""

import asyncio

import pytest

from tests.factories.account import PASSWORD, bearer, make_account

PASSWORD_PATH = "/api/v1/account/password"
LOGIN = "/api/v1/auth/login"
ME = "/api/v1/users/me"
NEW_PASSWORD = "quite another staple of horses"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
def change(client):
    async def change_once(tokens, current=PASSWORD, new=NEW_PASSWORD, **more):
        body = {"current_password": current, "new_password": new, **more}
        return await client.put(PASSWORD_PATH, json=body, headers=bearer(tokens))

    return change_once


async def test_the_new_password_opens_the_account_and_the_old_one_no_more(client, change, account):
    answer = await change(await account.login(client))

    assert answer.status_code == 204
    statuses = [
        (await client.post(LOGIN, json={"email": account.email, "password": password})).status_code
        for password in (PASSWORD, NEW_PASSWORD)
    ]
    assert statuses == [401, 200]


async def test_all_other_sessions_end_and_the_owner_is_told(client, change, account, outbox):
    """SEC-11."""
    others = [await account.login(client) for _ in range(2)]
    own = await account.login(client)

    await change(own)

    assert [(await client.get(ME, headers=bearer(tokens))).status_code for tokens in others] == [401, 401]
    assert (await client.get(ME, headers=bearer(own))).status_code == 200
    refresh = await client.post("/api/v1/auth/refresh", json={"refresh_token": others[0]["refresh_token"]})
    assert refresh.status_code == 401
    (mail,) = await outbox.to(account.email)
    assert mail.subject == "Your password was changed"


@pytest.mark.parametrize(("revoke", "status"), [(False, 200), (True, 401)])
async def test_a_change_offers_to_revoke_the_keys_that_were_made(
    client, change, account, world, revoke, status
):
    """SEC-11."""
    key = await world.api_key(account.organization)

    await change(await account.login(client), revoke_api_keys=revoke)

    assert (await client.get(ME, headers=key.headers)).status_code == status


async def test_the_current_password_is_needed(client, change, account, outbox):
    """SEC-12: an open session alone changes no password."""
    tokens = await account.login(client)

    answer = await change(tokens, current="not the current password")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/current_password", "detail": "Is wrong.", "code": "wrong_password"}
    ]
    assert await outbox.to(account.email) == []


async def test_an_account_without_a_password_is_sent_to_the_reset(client, change, world):
    account = await make_account(world, hashed_password=None)
    caller = await world.session_caller(account.user, account.organization)
    body = {"current_password": "anything at all", "new_password": NEW_PASSWORD}

    answer = await client.put(PASSWORD_PATH, json=body, headers=caller.headers)

    assert answer.json()["errors"][0]["code"] == "wrong_password"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("passwordpassword", "password_common"),
        ("{email} and more", "password_contains_email"),
    ],
)
async def test_a_new_password_that_breaks_a_rule_is_refused(client, change, account, password, code):
    """SEC-01, SEC-02."""
    answer = await change(await account.login(client), new=password.format(email=account.email))

    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/new_password", code)


async def test_guessing_counts_with_signing_in(client, change, account):
    """SEC-56: five a minute for both together."""
    tokens = await account.login(client)

    statuses = [(await change(tokens, current="a wrong guess")).status_code for _ in range(5)]

    assert statuses == [422] * 4 + [429]


async def test_of_changes_at_the_same_moment_one_is_kept(client, change, account):
    tokens = await account.login(client)
    passwords = [f"a staple of {number} horses" for number in ("two", "three", "four")]

    answers = await asyncio.gather(*(change(tokens, new=password) for password in passwords))

    assert sorted(answer.status_code for answer in answers) == [204, 409, 409]


async def test_a_key_changes_no_password(client, world):
    key = await world.caller(by="api_key")
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}

    answer = await client.put(PASSWORD_PATH, json=body, headers=key.headers)

    assert answer.json()["code"] == "session_required"
