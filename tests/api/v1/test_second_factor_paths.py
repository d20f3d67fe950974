"""Every way into an account, once a second factor is enrolled: none leads around it (SEC-34).

Through a provider: `tests/api/v1/providers/test_sign_in.py`.
"""

import pytest

from tests.factories.account import bearer, make_account
from tests.factories.authenticator import Authenticator
from tests.factories.factors import LOGIN, MFA, PASSKEYS, enrol_totp
from tests.factories.mails import token_in

ME = "/api/v1/users/me"
RESET = "/api/v1/auth/password-reset"
NEW_PASSWORD = "quite another staple of horses"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def enrolled(client, resources, account):
    return await enrol_totp(client, resources, account)


async def by_password(client, account, enrolled, outbox):
    return await client.post(LOGIN, json={"email": account.email, "password": account.password})


async def by_password_into_cookies(client, account, enrolled, outbox):
    return await client.post(
        LOGIN,
        json={"email": account.email, "password": account.password},
        headers={"X-Session-Transport": "cookie", "Origin": "http://test"},
    )


async def by_reset_password(client, account, enrolled, outbox):
    await client.post(RESET, json={"email": account.email})
    token = token_in((await outbox.to(account.email))[-1])
    reset = await client.post(f"{RESET}/link", json={"token": token, "password": NEW_PASSWORD})
    assert (reset.status_code, reset.content) == (204, b"")
    return await client.post(LOGIN, json={"email": account.email, "password": NEW_PASSWORD})


async def by_step_up(client, account, enrolled, outbox):
    body = {"password": account.password}
    return await client.post("/api/v1/auth/reauthenticate", json=body, headers=enrolled.headers)


@pytest.mark.parametrize(
    "path", [by_password, by_password_into_cookies, by_reset_password, by_step_up], ids=lambda p: p.__name__
)
async def test_a_first_factor_alone_opens_no_session(client, account, outbox, enrolled, path):
    answer = await path(client, account, enrolled, outbox)

    assert answer.status_code == 202
    assert answer.json()["second_factor_required"] is True
    assert "access_token" not in answer.json()
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", [by_password, by_reset_password, by_step_up], ids=lambda path: path.__name__)
async def test_the_second_factor_leads_on(client, account, outbox, enrolled, path):
    first = await path(client, account, enrolled, outbox)

    body = {"mfa_token": first.json()["mfa_token"], "code": enrolled.code()}
    answer = await client.post(f"{MFA}/totp", json=body)

    assert answer.status_code == 200
    assert (await client.get(ME, headers=bearer(answer.json()))).status_code == 200


async def test_a_passkey_that_has_not_verified_its_person_is_one_factor_and_opens_nothing(client, enrolled):
    device = Authenticator(verifies_user=False)
    options = await client.post(f"{PASSKEYS}/options", headers=enrolled.headers)
    credential = device.create(options.json()["public_key"])
    added = await client.post(
        PASSKEYS, json={"name": "Key", "credential": credential}, headers=enrolled.headers
    )
    asked = await client.post(f"{PASSKEYS}/sign-in/options")

    answer = await client.post(
        f"{PASSKEYS}/sign-in", json={"credential": device.get(asked.json()["public_key"])}
    )

    assert (added.status_code, answer.status_code) == (201, 401)


async def test_a_refresh_token_of_a_proved_session_goes_on(client, account, enrolled):
    """A refresh proves nothing anew, and takes nothing away: its session has proved both factors."""
    first = await client.post(LOGIN, json={"email": account.email, "password": account.password})
    body = {"mfa_token": first.json()["mfa_token"], "code": enrolled.code()}
    tokens = (await client.post(f"{MFA}/totp", json=body)).json()

    answer = await client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})

    assert answer.status_code == 200


async def test_the_mfa_token_refreshes_nothing(client, account, enrolled):
    first = await client.post(LOGIN, json={"email": account.email, "password": account.password})

    answer = await client.post("/api/v1/auth/refresh", json={"refresh_token": first.json()["mfa_token"]})

    assert answer.status_code == 401
