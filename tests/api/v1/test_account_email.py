"""Changing one's address: the new one is proved, the old one is told."""

import secrets
from datetime import timedelta

import pytest

from app.core.database import transaction
from app.models import Session, User
from tests.factories.account import PASSWORD, bearer, make_account
from tests.factories.mails import code_in, token_in
from tests.factories.statements import watched_statements

EMAIL = "/api/v1/account/email"
LOGIN = "/api/v1/auth/login"
ME = "/api/v1/users/me"


def a_new_email():
    return f"new-{secrets.token_hex(8)}@example.org"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def caller(world, account):
    return await world.session_caller(account.user, account.organization)


@pytest.fixture
def ask(client, caller, outbox):
    async def ask_once(email):
        answer = await client.post(EMAIL, json={"email": email}, headers=caller.headers)
        assert answer.status_code == 202, answer.text
        return answer.json()["handle"], (await outbox.to(email))[-1]

    return ask_once


@pytest.fixture
def confirm(client, caller):
    async def confirm_once(way="link", headers=None, **proof):
        return await client.post(f"{EMAIL}/{way}", json=proof, headers=headers or caller.headers)

    return confirm_once


async def email_of(resources, user_id):
    async with transaction(resources.engine) as session:
        return (await session.get_one(User, user_id)).email


async def test_nothing_changes_before_the_new_address_is_confirmed(client, ask, account, resources, outbox):
    """SEC-12: inert until then, and the old address is told at once."""
    email = a_new_email()

    await ask(email)

    assert await email_of(resources, account.user.id) == account.email
    assert (await client.post(LOGIN, json={"email": email, "password": PASSWORD})).status_code == 401
    (mail,) = await outbox.to(account.email)
    assert mail.subject == "A change of your e-mail address was asked for"
    assert email not in mail.text


@pytest.mark.parametrize("way", ["link", "code"])
async def test_who_confirms_signs_in_with_the_new_address_and_both_are_told(
    client, ask, confirm, account, outbox, way
):
    """SEC-12."""
    email = a_new_email()
    handle, mail = await ask(email)
    proof = {"token": token_in(mail)} if way == "link" else {"handle": handle, "code": code_in(mail)}

    answer = await confirm(way, **proof)

    assert (answer.status_code, answer.json()["email"]) == (200, email)
    statuses = [
        (await client.post(LOGIN, json={"email": address, "password": PASSWORD})).status_code
        for address in (account.email, email)
    ]
    assert statuses == [401, 200]
    for address in (account.email, email):
        assert (await outbox.to(address))[-1].subject == "Your e-mail address was changed"


async def test_a_change_of_address_needs_a_fresh_proof(client, world, account, resources):
    """SEC-12."""
    caller = await world.session_caller(account.user, account.organization)
    async with transaction(resources.engine) as session:
        row = await session.get_one(Session, caller.session_id)
        row.authenticated_at -= timedelta(minutes=11)

    answer = await client.post(EMAIL, json={"email": a_new_email()}, headers=caller.headers)

    assert answer.json()["code"] == "reauthentication_required"


async def test_the_link_works_for_nobody_but_the_account_that_asked(ask, confirm, world, resources, account):
    """SEC-13: whoever reads the new mailbox must not give their address to somebody else's account."""
    email = a_new_email()
    _, mail = await ask(email)
    reader = await world.caller()

    answer = await confirm(headers=reader.headers, token=token_in(mail))

    assert answer.json()["code"] == "invalid_one_time_token"
    assert await email_of(resources, account.user.id) == account.email
    assert await email_of(resources, reader.user_id) != email


async def test_a_changed_address_kills_the_links_that_were_sent(client, ask, confirm, account, outbox):
    """SEC-09: a reset that waits in the old mailbox is void."""
    await client.post("/api/v1/auth/password-reset", json={"email": account.email})
    reset_token = token_in((await outbox.to(account.email))[-1])
    _, mail = await ask(a_new_email())
    await confirm(token=token_in(mail))

    body = {"token": reset_token, "password": "quite another staple of horses"}
    answer = await client.post("/api/v1/auth/password-reset/link", json=body)

    assert answer.status_code == 400


async def test_a_newer_wish_voids_the_older(ask, confirm, resources, account):
    """SEC-09."""
    _, older = await ask(a_new_email())
    await ask(a_new_email())

    assert (await confirm(token=token_in(older))).status_code == 400
    assert await email_of(resources, account.user.id) == account.email


async def test_an_address_that_has_an_account_is_answered_alike_for_the_same_work(
    client, caller, world, outbox
):
    """SEC-07: its owner is told by mail, and no link exists that would take it."""
    other = await make_account(world)

    with watched_statements() as taken_work:
        taken = await client.post(EMAIL, json={"email": other.email}, headers=caller.headers)
    with watched_statements() as free_work:
        free = await client.post(EMAIL, json={"email": a_new_email()}, headers=caller.headers)

    assert [statement for statement, _ in taken_work] == [statement for statement, _ in free_work]
    assert (taken.status_code, list(taken.json())) == (free.status_code, list(free.json()))
    (mail,) = await outbox.to(other.email)
    assert "#token=" not in mail.text


async def test_an_address_that_was_given_away_meanwhile_is_refused(ask, confirm, world):
    email = a_new_email()
    _, mail = await ask(email)
    await world.user(email=email)

    assert (await confirm(token=token_in(mail))).json()["code"] == "invalid_one_time_token"


async def test_the_present_address_is_no_new_one(client, caller, account):
    answer = await client.post(EMAIL, json={"email": account.email.upper()}, headers=caller.headers)

    assert answer.json()["errors"][0]["code"] == "same_email"


async def test_another_s_token_is_refused_whatever_its_purpose(client, account, confirm, outbox):
    """SEC-19."""
    await client.post("/api/v1/auth/password-reset", json={"email": account.email})
    token = token_in((await outbox.to(account.email))[-1])

    assert (await confirm(token=token)).status_code == 400


async def test_a_session_goes_on_under_the_new_address(client, account, outbox):
    tokens = await account.login(client)
    email = a_new_email()
    await client.post(EMAIL, json={"email": email}, headers=bearer(tokens))
    (mail,) = await outbox.to(email)
    await client.post(f"{EMAIL}/link", json={"token": token_in(mail)}, headers=bearer(tokens))

    assert (await client.get(ME, headers=bearer(tokens))).json()["email"] == email
