"""A new password by mail: for the mailbox's owner alone, and nobody learns whether there is an account."""

import asyncio
import secrets

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.models import OneTimeToken
from tests.factories.account import PASSWORD, bearer, make_account
from tests.factories.mails import token_in
from tests.factories.statements import watched_statements

RESET = "/api/v1/auth/password-reset"
LOGIN = "/api/v1/auth/login"
ME = "/api/v1/users/me"
NEW_PASSWORD = "quite another staple of horses"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
def ask(client, outbox):
    async def ask_once(email):
        answer = await client.post(RESET, json={"email": email})
        assert answer.status_code == 202, answer.text
        return (await outbox.to(email))[-1]

    return ask_once


@pytest.fixture
def reset(client):
    async def reset_once(token, password=NEW_PASSWORD, **more):
        return await client.post(f"{RESET}/link", json={"token": token, "password": password, **more})

    return reset_once


async def login(client, email, password):
    return await client.post(LOGIN, json={"email": email, "password": password})


async def test_who_follows_the_link_signs_in_with_the_new_password_alone(client, ask, reset, account):
    token = token_in(await ask(account.email))

    answer = await reset(token)

    assert answer.status_code == 204
    assert (await login(client, account.email, PASSWORD)).status_code == 401
    assert (await login(client, account.email, NEW_PASSWORD)).status_code == 200


async def test_a_reset_ends_every_session_and_tells_the_owner(client, ask, reset, account, outbox):
    """SEC-11: on the very next call, refresh tokens included."""
    tokens = await account.login(client)
    await reset(token_in(await ask(account.email)))

    call = await client.get(ME, headers=bearer(tokens))
    refresh = await client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})

    assert (call.status_code, refresh.status_code) == (401, 401)
    assert (await outbox.to(account.email))[-1].subject == "Your password was reset"


@pytest.mark.parametrize(("revoke", "status"), [(False, 200), (True, 401)])
async def test_a_reset_offers_to_revoke_the_keys_that_were_made(
    client, ask, reset, account, world, revoke, status
):
    """SEC-11."""
    key = await world.api_key(account.organization)

    await reset(token_in(await ask(account.email)), revoke_api_keys=revoke)

    assert (await client.get(ME, headers=key.headers)).status_code == status


async def test_a_reset_signs_nobody_in(ask, reset, account):
    """SEC-34: the second factor is asked for at the sign-in that follows."""
    answer = await reset(token_in(await ask(account.email)))

    assert answer.content == b""
    assert "set-cookie" not in answer.headers


async def test_of_twenty_who_use_the_link_at_once_one_succeeds(ask, reset, account):
    """SEC-09."""
    token = token_in(await ask(account.email))

    answers = await asyncio.gather(*(reset(token) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 19


async def test_a_newer_link_voids_the_older(ask, reset, account):
    """SEC-09."""
    older = token_in(await ask(account.email))
    newer = token_in(await ask(account.email))

    assert (await reset(older)).json()["code"] == "invalid_one_time_token"
    assert (await reset(newer)).status_code == 204


async def test_a_link_that_is_over_is_refused(ask, reset, account, resources):
    """SEC-09."""
    token = token_in(await ask(account.email))
    async with transaction(resources.engine) as session:
        row = await session.scalar(select(OneTimeToken).where(OneTimeToken.user_id == account.user.id))
        row.expires_at = resources.clock()

    assert (await reset(token)).status_code == 400


async def test_a_changed_password_kills_the_link(client, ask, reset, account):
    """SEC-09."""
    token = token_in(await ask(account.email))
    tokens = await account.login(client)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (
        await client.put("/api/v1/account/password", json=change, headers=bearer(tokens))
    ).status_code == 204

    assert (await reset(token, "yet another staple of horses")).status_code == 400


async def test_an_account_without_a_password_gets_one(client, ask, reset, world):
    account = await make_account(world, hashed_password=None)

    await reset(token_in(await ask(account.email)))

    assert (await login(client, account.email, NEW_PASSWORD)).status_code == 200


async def test_a_disabled_account_gets_no_link_and_its_older_link_does_nothing(ask, reset, world, resources):
    """SEC-51."""
    account = await make_account(world)
    token = token_in(await ask(account.email))
    async with transaction(resources.engine) as session:
        (await session.merge(account.user)).is_active = False

    mail = await ask(account.email)

    assert "#token=" not in mail.text
    assert (await reset(token)).status_code == 400


async def test_a_password_that_contains_the_address_leaves_the_link_good(ask, reset, account):
    """SEC-02."""
    token = token_in(await ask(account.email))

    refused = await reset(token, f"my {account.email}")

    assert refused.json()["errors"][0]["code"] == "password_contains_email"
    assert (await reset(token)).status_code == 204


async def test_known_and_unknown_addresses_are_answered_alike_for_the_same_work(
    client, ask, account, resources, monkeypatch
):
    """SEC-06, SEC-07: the same bytes, the same statements, and no hash for either."""
    monkeypatch.setattr(resources.password_hasher, "_run", None)
    stranger = f"stranger-{secrets.token_hex(8)}@example.org"

    with watched_statements() as known_work:
        known = await client.post(RESET, json={"email": account.email})
    with watched_statements() as unknown_work:
        unknown = await client.post(RESET, json={"email": stranger})

    assert [statement for statement, _ in known_work] == [statement for statement, _ in unknown_work]
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert set(known.headers) == set(unknown.headers)
    assert "#token=" not in (await ask(stranger)).text


async def test_the_mailbox_is_not_flooded(client, account, outbox):
    """SEC-56: five mails an hour, whoever asks from wherever."""
    statuses = [(await client.post(RESET, json={"email": account.email})).status_code for _ in range(6)]

    assert statuses == [202] * 5 + [429]
    assert len(await outbox.to(account.email)) == 5


@pytest.mark.parametrize("header", ["host", "x-forwarded-host"])
async def test_the_link_is_the_public_url_whatever_the_request_says(client, account, outbox, header):
    """SEC-10."""
    await client.post(RESET, json={"email": account.email}, headers={header: "evil.example"})

    (mail,) = await outbox.to(account.email)
    assert "http://test/account/password-reset#token=fgp_" in mail.text
    assert "evil" not in mail.text + mail.html
