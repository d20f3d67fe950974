"""Signing in with a passkey alone: two factors in one act, or nothing (SEC-34, SEC-35)."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from app.core import relying_party
from app.core.database import transaction
from app.models import PasskeyChallenge, User
from tests.factories.account import bearer, make_account
from tests.factories.authenticator import Authenticator, to_bytes
from tests.factories.factors import MFA, PASSKEYS, add_passkey, begin_login, enrol_totp


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def device(client, account):
    """A device with a passkey of the account."""
    made = Authenticator()
    await add_passkey(client, bearer(await account.login(client)), made)
    return made


async def options_for(client):
    answer = await client.post(f"{PASSKEYS}/sign-in/options")
    assert answer.status_code == 200, answer.text
    return answer.json()["public_key"]


async def sign_in(client, device, **wrong):
    credential = device.get(await options_for(client), **wrong)
    return await client.post(f"{PASSKEYS}/sign-in", json={"credential": credential})


async def test_the_options_name_nobody_and_demand_that_the_person_is_verified(client):
    options = await options_for(client)

    assert (options["rpId"], options["userVerification"]) == ("test", "required")
    assert options["allowCredentials"] == []
    assert len(to_bytes(options["challenge"])) == 32


async def test_a_passkey_opens_a_session(client, account, device):
    answer = await sign_in(client, device)

    assert answer.status_code == 200
    profile = await client.get("/api/v1/users/me", headers=bearer(answer.json()))
    assert profile.json()["id"] == str(account.user.id)


async def test_it_does_so_where_an_authenticator_is_enrolled_too(client, account, resources):
    """SEC-34: a device that has verified its person is two factors."""
    enrolled = await enrol_totp(client, resources, account)
    device = Authenticator()
    await add_passkey(client, enrolled.headers, device)

    assert (await sign_in(client, device)).status_code == 200


async def test_a_device_that_has_not_verified_its_person_opens_nothing(client, account, device):
    """SEC-35: alone it must be more than a thing that was stolen."""
    device.flags &= ~0x04

    answer = await sign_in(client, device)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_passkey")


WRONG = {
    "another origin": {"origin": "http://evil.example"},
    "another scheme": {"origin": "https://test"},
    "another rp id": {"rp_id": "evil.example"},
    "another ceremony": {"type": "webauthn.create"},
    "another challenge": {"challenge": "Y2hhbGxlbmdlIG9mIHNvbWVib2R5IGVsc2UuLi4uLi4"},
    "another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "another person": {"user_handle": b"0123456789abcdef"},
    "a page in a frame of another origin": {"crossOrigin": True},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_an_answer_that_is_wrong_in_one_field_opens_nothing(client, device, wrong):
    """SEC-35."""
    answer = await sign_in(client, device, **wrong)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_passkey")


async def test_an_answer_that_names_no_person_opens_nothing(client, device):
    """SEC-35."""
    credential = device.get(await options_for(client))
    del credential["response"]["userHandle"]

    answer = await client.post(f"{PASSKEYS}/sign-in", json={"credential": credential})

    assert answer.status_code == 401


async def test_a_key_that_is_not_registered_opens_nothing(client, account):
    stranger = Authenticator()
    stranger.device.cred_init("test", account.user.id.bytes)

    assert (await sign_in(client, stranger)).status_code == 401


async def test_an_answer_works_once(client, device):
    """SEC-35."""
    credential = device.get(await options_for(client))
    first = await client.post(f"{PASSKEYS}/sign-in", json={"credential": credential})

    again = await client.post(f"{PASSKEYS}/sign-in", json={"credential": credential})

    assert (first.status_code, again.status_code) == (200, 401)


async def test_a_wrong_answer_uses_the_challenge_up(client, device):
    """SEC-35: the refusal is committed."""
    options = await options_for(client)
    wrong = device.get(options, key=ec.generate_private_key(ec.SECP256R1()))
    await client.post(f"{PASSKEYS}/sign-in", json={"credential": wrong})

    answer = await client.post(f"{PASSKEYS}/sign-in", json={"credential": device.get(options)})

    assert answer.status_code == 401


async def test_of_twenty_answers_to_one_challenge_at_once_one_opens_a_session(client, device):
    """SEC-35."""
    options = await options_for(client)
    credentials = [device.get(options) for _ in range(20)]

    answers = await asyncio.gather(
        *(client.post(f"{PASSKEYS}/sign-in", json={"credential": each}) for each in credentials)
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


async def test_a_challenge_ends_after_five_minutes(client, device, resources):
    """SEC-35."""
    options = await options_for(client)
    digest = relying_party.digest_of(to_bytes(options["challenge"]))
    async with transaction(resources.engine) as session:
        query = select(PasskeyChallenge).where(PasskeyChallenge.digest == digest)
        (await session.scalars(query)).one().expires_at = resources.clock()

    answer = await client.post(f"{PASSKEYS}/sign-in", json={"credential": device.get(options)})

    assert answer.status_code == 401


async def test_a_challenge_for_a_second_factor_opens_no_session_by_itself(client, account, device):
    """SEC-19, SEC-35: an answer to one question answers no other."""
    token = (await begin_login(client, account))["mfa_token"]
    asked = await client.post(f"{MFA}/passkey/options", json={"mfa_token": token})
    credential = device.get(asked.json()["public_key"])

    answer = await client.post(f"{PASSKEYS}/sign-in", json={"credential": credential})

    assert answer.status_code == 401


async def test_a_challenge_for_signing_in_is_no_second_factor(client, account, device):
    """SEC-19, SEC-35."""
    token = (await begin_login(client, account))["mfa_token"]
    credential = device.get(await options_for(client))

    answer = await client.post(f"{MFA}/passkey", json={"mfa_token": token, "credential": credential})

    assert answer.status_code == 401


async def test_a_disabled_account_s_passkey_opens_nothing(client, account, device, resources):
    """SEC-51."""
    async with transaction(resources.engine) as session:
        (await session.get_one(User, account.user.id)).is_active = False

    assert (await sign_in(client, device)).status_code == 401


async def test_the_options_for_a_second_factor_need_its_token(client):
    answer = await client.post(f"{MFA}/passkey/options", json={"mfa_token": "fgm_" + "A" * 43})

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_mfa_token")
