"""Passkeys over HTTP: added, named, removed, and a second factor from the first moment (SEC-35, SEC-36)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update

from app.core.database import transaction
from app.models import Passkey, PasskeyChallenge, Session
from app.services.passkey_service import PER_USER_MAX
from tests.api.operations import ABSENT_ID
from tests.factories.account import bearer, make_account
from tests.factories.authenticator import Authenticator, to_bytes
from tests.factories.factors import FACTORS, LOGIN, MFA, PASSKEYS, add_passkey, begin_login


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def headers(client, account):
    return bearer(await account.login(client))


@pytest.fixture
def device():
    return Authenticator()


async def options_for(client, headers):
    answer = await client.post(f"{PASSKEYS}/options", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["public_key"]


async def register(client, headers, credential, name="Laptop"):
    return await client.post(PASSKEYS, json={"name": name, "credential": credential}, headers=headers)


async def prove(client, account, device, **wrong):
    """Sign in with the password, then with the device."""
    token = (await begin_login(client, account))["mfa_token"]
    options = await client.post(f"{MFA}/passkey/options", json={"mfa_token": token})
    assert options.status_code == 200, options.text
    credential = device.get(options.json()["public_key"], **wrong)
    return await client.post(f"{MFA}/passkey", json={"mfa_token": token, "credential": credential})


async def test_the_options_are_for_this_site_and_this_person(client, account, headers):
    options = await options_for(client, headers)

    assert options["rp"] == {"id": "test", "name": "test"}
    assert to_bytes(options["user"]["id"]) == account.user.id.bytes
    assert len(to_bytes(options["challenge"])) == 32
    assert options["attestation"] == "none"


async def test_a_passkey_is_added_with_recovery_codes_and_a_mail(client, account, outbox, headers, device):
    """SEC-36."""
    added = await add_passkey(client, headers, device, "Work laptop")

    listed = await client.get(PASSKEYS, headers=headers)
    assert [each["id"] for each in listed.json()] == [added["id"]]
    assert (added["name"], added["suspected_at"], len(added["recovery_codes"])) == ("Work laptop", None, 10)
    assert (await outbox.to(account.email))[-1].subject == "A second factor was added"
    factors = (await client.get(FACTORS, headers=headers)).json()
    assert factors["methods"] == ["passkey", "recovery_code"]


async def test_a_second_one_brings_no_recovery_codes_and_knows_the_first(client, headers, device):
    await add_passkey(client, headers, device)

    options = await options_for(client, headers)
    second = await add_passkey(client, headers, Authenticator())

    assert [to_bytes(each["id"]) for each in options["excludeCredentials"]] == [device.credential_id]
    assert second["recovery_codes"] is None


async def test_a_password_alone_opens_no_session_any_more(client, account, headers, device):
    """SEC-34."""
    await add_passkey(client, headers, device)

    answer = await client.post(LOGIN, json={"email": account.email, "password": account.password})

    assert (answer.status_code, answer.json()["methods"]) == (202, ["passkey", "recovery_code"])


async def test_the_passkey_completes_the_sign_in_even_without_verifying_its_person(client, account, headers):
    security_key = Authenticator(verifies_user=False)
    await add_passkey(client, headers, security_key)

    answer = await prove(client, account, security_key)

    assert answer.status_code == 200
    profile = await client.get("/api/v1/users/me", headers=bearer(answer.json()))
    assert profile.json()["id"] == str(account.user.id)


WRONG_REGISTRATIONS = {
    "another origin": {"origin": "http://test.evil.example"},
    "another scheme": {"origin": "https://test"},
    "another port": {"origin": "http://test:8080"},
    "a subdomain": {"origin": "http://sub.test"},
    "another rp id": {"rp_id": "evil.example"},
    "another ceremony": {"type": "webauthn.get"},
    "another challenge": {"challenge": "Y2hhbGxlbmdlIG9mIHNvbWVib2R5IGVsc2UuLi4uLi4"},
    "a page in a frame of another origin": {"crossOrigin": True},
}


@pytest.mark.parametrize("wrong", WRONG_REGISTRATIONS.values(), ids=WRONG_REGISTRATIONS)
async def test_a_registration_that_is_wrong_in_one_field_is_refused(client, headers, device, wrong):
    """SEC-35."""
    credential = device.create(await options_for(client, headers), **wrong)

    answer = await register(client, headers, credential)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "credential_unproved"
    assert (await client.get(PASSKEYS, headers=headers)).json() == []


async def test_a_registration_without_a_person_present_is_refused(client, headers, device):
    """SEC-35."""
    device.flags = 0

    answer = await register(client, headers, device.create(await options_for(client, headers)))

    assert answer.status_code == 422


async def test_a_used_challenge_registers_nothing_more(client, headers, device):
    """SEC-35."""
    options = await options_for(client, headers)
    first = await register(client, headers, device.create(options))

    again = await register(client, headers, Authenticator().create(options))

    assert (first.status_code, again.status_code) == (201, 422)


async def test_a_challenge_ends_after_five_minutes(client, account, headers, device, resources):
    """SEC-35."""
    options = await options_for(client, headers)
    async with transaction(resources.engine) as session:
        query = select(PasskeyChallenge).where(PasskeyChallenge.user_id == account.user.id)
        challenge = (await session.scalars(query)).one()
        assert challenge.expires_at - resources.clock() <= timedelta(minutes=5)
        challenge.expires_at = resources.clock()

    answer = await register(client, headers, device.create(options))

    assert answer.status_code == 422


async def test_another_s_challenge_registers_nothing(client, world, headers, device):
    """SEC-35."""
    other = bearer(await (await make_account(world)).login(client))
    options = await options_for(client, other)

    answer = await register(client, headers, device.create(options))

    assert answer.status_code == 422


async def test_a_key_that_somebody_has_cannot_be_added_again(client, world, headers, device):
    """SEC-35: a credential is bound to one user."""
    await add_passkey(client, headers, device)
    other = bearer(await (await make_account(world)).login(client))
    options = await options_for(client, other)
    device.device.cred_init = lambda *_: None

    answer = await register(client, other, device.create(options))

    assert answer.status_code == 409


WRONG_ANSWERS = {
    "another origin": {"origin": "http://evil.example"},
    "another rp id": {"rp_id": "evil.example"},
    "another ceremony": {"type": "webauthn.create"},
    "another challenge": {"challenge": "Y2hhbGxlbmdlIG9mIHNvbWVib2R5IGVsc2UuLi4uLi4"},
    "another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "another person": {"user_handle": b"0123456789abcdef"},
    "a page in a frame of another origin": {"crossOrigin": True},
}


@pytest.mark.parametrize("wrong", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
async def test_an_answer_that_is_wrong_in_one_field_is_refused(client, account, headers, device, wrong):
    """SEC-35."""
    await add_passkey(client, headers, device)

    answer = await prove(client, account, device, **wrong)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_second_factor")


async def test_an_answer_without_a_person_present_is_refused(client, account, headers, device):
    """SEC-35."""
    await add_passkey(client, headers, device)
    device.flags = 0

    assert (await prove(client, account, device)).status_code == 401


async def test_another_s_passkey_is_no_second_factor_of_mine(client, world, account, headers, device):
    """SEC-35: a credential is bound to its user."""
    await add_passkey(client, headers, device)
    other, stranger = await make_account(world), Authenticator()
    await add_passkey(client, bearer(await other.login(client)), stranger)

    answer = await prove(client, account, stranger)

    assert answer.status_code == 401


async def test_a_counter_that_runs_backwards_is_refused_flagged_and_told(
    client, account, outbox, headers, device, resources
):
    """SEC-35: there is a copy, and nobody knows which of the two is the owner's."""
    passkey = await add_passkey(client, headers, device)
    await prove(client, account, device, sign_count=50)

    copied = await prove(client, account, device, sign_count=50)
    original = await prove(client, account, device, sign_count=99)

    assert [copied.status_code, original.status_code] == [401, 401]
    listed = (await client.get(PASSKEYS, headers=headers)).json()
    assert [each["suspected_at"] is not None for each in listed if each["id"] == passkey["id"]] == [True]
    assert "A passkey was refused" in [mail.subject for mail in await outbox.to(account.email)]
    trail = await client.get("/api/v1/users/me/audit-events", headers=headers)
    assert "passkey_suspected" in trail.text
    # A suspected passkey proves nothing, and yet it is no reason to let a password alone in.
    login = await client.post(LOGIN, json={"email": account.email, "password": account.password})
    assert (login.status_code, login.json()["methods"]) == (202, ["recovery_code"])


async def test_a_device_that_does_not_count_is_fine(client, account, headers, device):
    await add_passkey(client, headers, device)

    answers = [await prove(client, account, device, sign_count=0) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_an_answer_of_a_wrong_signature_flags_nothing(client, account, headers, device):
    """A stranger cannot make the owner's passkey suspect."""
    await add_passkey(client, headers, device)
    await prove(client, account, device, sign_count=0, key=ec.generate_private_key(ec.SECP256R1()))

    assert (await prove(client, account, device)).status_code == 200


async def test_it_is_renamed(client, headers, device):
    passkey = await add_passkey(client, headers, device)

    answer = await client.patch(f"{PASSKEYS}/{passkey['id']}", json={"name": " Old "}, headers=headers)

    assert (answer.status_code, answer.json()["name"]) == (200, "Old")


async def test_another_s_passkey_answers_as_an_absent_one(client, world, headers, device):
    """SEC-49."""
    passkey = await add_passkey(client, headers, device)
    other = bearer(await (await make_account(world)).login(client))
    url = f"{PASSKEYS}/{passkey['id']}"

    renamed = await client.patch(url, json={"name": "Mine"}, headers=other)
    removed = await client.delete(url, headers=other)

    assert (renamed.status_code, removed.status_code) == (404, 404)


async def test_removing_one_lowers_every_session_and_is_told(client, account, outbox, headers, device):
    """SEC-36."""
    passkey = await add_passkey(client, headers, device)

    answer = await client.delete(f"{PASSKEYS}/{passkey['id']}", headers=headers)

    assert answer.status_code == 204
    assert (await client.post(f"{PASSKEYS}/options", headers=headers)).status_code == 403
    assert (await outbox.to(account.email))[-1].subject == "A second factor was removed"
    factors = (await client.get(FACTORS, headers=headers)).json()
    assert factors == {"second_factor_required": False, "methods": [], "recovery_codes_left": 0}


async def test_the_last_way_to_sign_in_stays(client, account, headers, device, resources):
    """SEC-43."""
    passkey = await add_passkey(client, headers, device)
    async with transaction(resources.engine) as session:
        user = await session.get_one(type(account.user), account.user.id)
        user.hashed_password = None

    answer = await client.delete(f"{PASSKEYS}/{passkey['id']}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_login_method")
    assert len((await client.get(PASSKEYS, headers=headers)).json()) == 1


async def test_of_two_last_passkeys_that_are_removed_at_once_one_stays(
    client, account, headers, device, resources
):
    """SEC-43: exact under concurrency."""
    passkeys = [await add_passkey(client, headers, each) for each in (device, Authenticator())]
    async with transaction(resources.engine) as session:
        user = await session.get_one(type(account.user), account.user.id)
        user.hashed_password = None

    answers = await asyncio.gather(
        *(client.delete(f"{PASSKEYS}/{each['id']}", headers=headers) for each in passkeys)
    )

    # The first removal has lowered the session, or the second has found the last one: both refuse.
    assert sorted(answer.status_code for answer in answers) in ([204, 403], [204, 409])
    assert len((await client.get(PASSKEYS, headers=headers)).json()) == 1


async def test_there_are_never_more_than_twenty(client, account, headers, device, resources):
    now = datetime.now(UTC)
    async with transaction(resources.engine) as session:
        session.add_all(
            Passkey(
                user_id=account.user.id,
                name=str(number),
                credential_id=account.user.id.bytes + bytes([number]),
                public_key=b"",
                sign_count=0,
                transports=[],
                is_synced=False,
                last_used_at=now,
            )
            for number in range(PER_USER_MAX)
        )

    answer = await client.post(f"{PASSKEYS}/options", headers=headers)

    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/options"), ("POST", ""), ("DELETE", f"/{ABSENT_ID}")],
)
async def test_a_stale_session_changes_no_passkey(client, account, headers, device, resources, method, path):
    """SEC-36, SEC-12."""
    body = {"name": "x", "credential": device.create(await options_for(client, headers))}
    async with transaction(resources.engine) as session:
        mine = update(Session).where(Session.user_id == account.user.id)
        await session.execute(mine.values(authenticated_at=datetime(2020, 1, 1, tzinfo=UTC)))

    answer = await client.request(method, PASSKEYS + path, json=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")
