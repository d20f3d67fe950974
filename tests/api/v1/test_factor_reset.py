"""Operators help people in who have lost all their factors (SEC-36)."""

import pytest

from tests.factories.account import bearer, make_account
from tests.factories.authenticator import Authenticator
from tests.factories.factors import FACTORS, LOGIN, MFA, add_passkey, begin_login, enrol_totp


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def enrolled(client, resources, account):
    enrolled = await enrol_totp(client, resources, account)
    await add_passkey(client, enrolled.headers, Authenticator())
    return enrolled


async def reset(client, operator, user_id):
    return await client.delete(f"/api/v1/users/{user_id}/factors", headers=operator.headers)


async def test_a_person_without_factors_signs_in_by_the_password_again(client, world, account, enrolled):
    answer = await reset(client, await world.operator(), account.user.id)

    assert answer.status_code == 204
    tokens = await client.post(LOGIN, json={"email": account.email, "password": account.password})
    assert tokens.status_code == 200
    factors = (await client.get(FACTORS, headers=bearer(tokens.json()))).json()
    assert factors == {"second_factor_required": False, "methods": [], "recovery_codes_left": 0}


async def test_every_session_ends_and_the_person_is_told(client, world, account, outbox, enrolled):
    await reset(client, await world.operator(), account.user.id)

    assert (await client.get("/api/v1/users/me", headers=enrolled.headers)).status_code == 401
    assert (await outbox.to(account.email))[-1].subject == "Your second factors were removed"


async def test_a_sign_in_under_way_ends(client, world, account, enrolled):
    token = (await begin_login(client, account))["mfa_token"]
    await reset(client, await world.operator(), account.user.id)

    answer = await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": enrolled.code()})

    assert answer.json()["code"] == "invalid_mfa_token"


async def test_operators_do_not_get_around_their_own(client, world):
    operator = await world.operator()

    assert (await reset(client, operator, operator.user_id)).status_code == 409


async def test_nobody_else_may(client, world, account, enrolled):
    caller = await world.caller()

    answer = await reset(client, caller, account.user.id)

    assert answer.status_code == 403
