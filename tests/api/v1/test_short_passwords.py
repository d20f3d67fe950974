"""Eight characters do beside a second factor, and only there (SEC-01)."""

import dataclasses

import pytest
from sqlalchemy import delete

from app.core.database import transaction
from app.models import TotpCredential
from tests.factories.account import PASSWORD, make_account
from tests.factories.factors import begin_login, enrol_totp
from tests.factories.mails import token_in

LOGIN = "/api/v1/auth/login"
RESET = "/api/v1/auth/password-reset"
SHORT = "kx7qzjwv"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def enrolled(client, resources, account):
    return await enrol_totp(client, resources, account)


@pytest.fixture
def change(client):
    async def change_once(headers, new):
        body = {"current_password": PASSWORD, "new_password": new}
        return await client.put("/api/v1/account/password", json=body, headers=headers)

    return change_once


@pytest.fixture
def reset(client, outbox):
    async def reset_once(account, new):
        await client.post(RESET, json={"email": account.email})
        token = token_in((await outbox.to(account.email))[-1])
        return await client.post(f"{RESET}/link", json={"token": token, "password": new})

    return reset_once


async def test_a_short_password_is_accepted_beside_a_second_factor(client, change, enrolled):
    answer = await change(enrolled.headers, SHORT)

    assert answer.status_code == 204
    await begin_login(client, dataclasses.replace(enrolled.account, password=SHORT))


async def test_a_reset_accepts_it_too_and_leaves_the_factor(client, reset, enrolled):
    """SEC-34: the sign-in that follows demands the factor."""
    answer = await reset(enrolled.account, SHORT)

    assert answer.status_code == 204
    await begin_login(client, dataclasses.replace(enrolled.account, password=SHORT))


@pytest.mark.parametrize("password", ["kx7qzjw", "password"])
async def test_a_shorter_or_common_one_is_refused_all_the_same(change, enrolled, password):
    """SEC-02."""
    assert (await change(enrolled.headers, password)).status_code == 422


async def test_without_a_second_factor_it_is_refused(reset, account, world, change):
    caller = await world.session_caller(account.user, account.organization)

    changed, reset_answer = await change(caller.headers, SHORT), await reset(account, SHORT)

    for answer in (changed, reset_answer):
        assert answer.json()["errors"][0]["code"] == "password_too_short"


async def test_the_last_factor_stays_until_the_password_can_be_alone(client, change, enrolled):
    await change(enrolled.headers, SHORT)

    refused = await client.delete("/api/v1/auth/factors/totp", headers=enrolled.headers)

    assert (refused.status_code, refused.json()["code"]) == (409, "short_password_alone")
    body = {"current_password": SHORT, "new_password": PASSWORD}
    await client.put("/api/v1/account/password", json=body, headers=enrolled.headers)
    removed = await client.delete("/api/v1/auth/factors/totp", headers=enrolled.headers)
    assert removed.is_success


async def test_however_the_factor_was_lost_eight_characters_alone_open_nothing(
    client, change, enrolled, resources, reset
):
    await change(enrolled.headers, SHORT)
    async with transaction(resources.engine) as session:
        await session.execute(
            delete(TotpCredential).where(TotpCredential.user_id == enrolled.account.user.id)
        )

    answer = await client.post(LOGIN, json={"email": enrolled.account.email, "password": SHORT})

    assert answer.json()["code"] == "invalid_login"
    assert (await reset(enrolled.account, "a much longer sentence")).status_code == 204
    body = {"email": enrolled.account.email, "password": "a much longer sentence"}
    assert (await client.post(LOGIN, json=body)).status_code == 200
