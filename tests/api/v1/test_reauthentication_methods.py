"""Proving again who one is without a password: by a passkey, an authenticator, or a mailed code (SEC-12)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.core.database import transaction
from app.models import Passkey, TotpCredential, User
from tests.factories.account import bearer, make_account
from tests.factories.authenticator import Authenticator
from tests.factories.factors import add_passkey, enrol_totp

REAUTHENTICATE = "/api/v1/auth/reauthenticate"
ME = "/api/v1/users/me"
CODE = re.compile(r"^\d{6}$", re.MULTILINE)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
def stale(world, account):
    """Opens a session of the account that is not fresh; its headers."""

    async def open_session():
        caller = await world.session_caller(account.user, account.organization, authenticated_at=YESTERDAY)
        return caller.headers

    return open_session


@pytest.fixture
def forget_password(resources, account):
    """Leaves the account without a password, as one that signs in through a provider is."""

    async def forget():
        async with transaction(resources.engine) as session:
            mine = update(User).where(User.id == account.user.id)
            await session.execute(mine.values(hashed_password=None))

    return forget


@pytest.fixture
def make_device(client, account):
    """A device that holds a passkey of the account."""

    async def make(**how):
        device = Authenticator(**how)
        await add_passkey(client, bearer(await account.login(client)), device)
        return device

    return make


async def is_fresh(client, answer):
    """Whether the answer's session may do what needs a fresh one."""
    assert answer.status_code == 200, answer.text
    made = await client.post("/api/v1/api-keys", json={"name": "x"}, headers=bearer(answer.json()))
    return made.status_code == 201


async def by_passkey(client, headers, device, **wrong):
    options = await client.post(f"{REAUTHENTICATE}/passkey/options", headers=headers)
    assert options.status_code == 200, options.text
    body = {"credential": device.get(options.json()["public_key"], **wrong)}
    return await client.post(f"{REAUTHENTICATE}/passkey", json=body, headers=headers)


async def test_a_passkey_alone_makes_a_session_fresh_in_place_of_the_old(
    client, account, stale, forget_password, make_device
):
    """SEC-12, SEC-24, SEC-35."""
    device, headers = await make_device(), await stale()
    await forget_password()

    answer = await by_passkey(client, headers, device)

    assert await is_fresh(client, answer)
    assert (await client.get(ME, headers=bearer(answer.json()))).json()["id"] == str(account.user.id)
    assert (await client.get(ME, headers=headers)).status_code == 401


async def test_a_device_that_has_not_verified_its_person_makes_nothing_fresh(client, stale, make_device):
    """SEC-35: it stands alone here, and whoever found it could touch it."""
    device, headers = await make_device(verifies_user=False), await stale()

    answer = await by_passkey(client, headers, device)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_passkey")
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_an_answer_to_another_question_makes_nothing_fresh(client, world, stale, make_device):
    """SEC-19, SEC-35: neither one for signing in, nor one for somebody else, nor the same one again."""
    device, headers = await make_device(), await stale()
    stranger = (await world.caller()).headers
    asked = [
        await client.post("/api/v1/auth/passkeys/sign-in/options"),
        await client.post(f"{REAUTHENTICATE}/passkey/options", headers=stranger),
    ]
    bodies = [{"credential": device.get(each.json()["public_key"])} for each in asked]

    answers = [await client.post(f"{REAUTHENTICATE}/passkey", json=each, headers=headers) for each in bodies]

    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_passkey_of_somebody_else_makes_nothing_fresh(client, world, stale, make_device):
    """SEC-35."""
    await make_device()
    other, headers = Authenticator(), await stale()
    await add_passkey(client, bearer(await (await make_account(world)).login(client)), other)

    answer = await by_passkey(client, headers, other)

    assert answer.status_code == 401


async def test_a_copied_passkey_is_suspected_here_too(client, resources, account, stale, make_device):
    """SEC-35: and what is suspected stays, although the request is refused."""
    device, headers = await make_device(), await stale()
    first = await by_passkey(client, headers, device, sign_count=9)
    headers = bearer(first.json())

    answer = await by_passkey(client, headers, device, sign_count=3)

    assert answer.status_code == 401
    async with transaction(resources.engine) as session:
        mine = select(Passkey.suspected_at).where(Passkey.user_id == account.user.id)
        assert (await session.scalars(mine)).one() is not None


async def test_an_authenticator_does_where_there_is_no_password(
    client, resources, account, stale, forget_password
):
    """SEC-12, SEC-31: once for each code."""
    enrolled = await enrol_totp(client, resources, account)
    await forget_password()
    headers, code = await stale(), enrolled.code()

    answer = await client.post(f"{REAUTHENTICATE}/totp", json={"code": code}, headers=headers)
    again = await client.post(f"{REAUTHENTICATE}/totp", json={"code": code}, headers=bearer(answer.json()))

    assert await is_fresh(client, answer)
    assert (again.status_code, again.json()["code"]) == (401, "invalid_second_factor")


async def test_whoever_has_a_password_proves_that_first(client, resources, account, stale):
    """ASVS 5.0, 7.5.1: one factor of two is no full proof."""
    enrolled = await enrol_totp(client, resources, account)

    answer = await client.post(
        f"{REAUTHENTICATE}/totp", json={"code": enrolled.code()}, headers=await stale()
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_codes_are_guessed_no_faster_here(client, resources, account, stale, forget_password):
    """SEC-31, SEC-56."""
    await enrol_totp(client, resources, account)
    await forget_password()
    headers = await stale()

    answers = [
        await client.post(f"{REAUTHENTICATE}/totp", json={"code": "000000"}, headers=headers)
        for _ in range(resources.settings.limits.codes_per_account)
    ]

    assert {answer.status_code for answer in answers} == {401, 429}


async def test_a_right_code_ends_the_row_of_wrong_ones(client, resources, account, stale, forget_password):
    """NIST SP 800-63B-4, 3.2.2: a hundred in a row, not in a life."""
    enrolled = await enrol_totp(client, resources, account)
    await forget_password()
    headers = await stale()
    await client.post(f"{REAUTHENTICATE}/totp", json={"code": "000000"}, headers=headers)

    await client.post(f"{REAUTHENTICATE}/totp", json={"code": enrolled.code()}, headers=headers)

    async with transaction(resources.engine) as session:
        mine = select(TotpCredential.failures).where(TotpCredential.user_id == account.user.id)
        assert await session.scalar(mine) == 0


async def ask_for_code(client, headers, account, outbox):
    """Have a code mailed; the proof."""
    answer = await client.post(f"{REAUTHENTICATE}/mail", headers=headers)
    assert answer.status_code == 202, answer.text
    mail = (await outbox.to(account.email))[-1]
    return {"handle": answer.json()["handle"], "code": CODE.search(mail.text)[0]}


async def test_a_mailed_code_does_where_there_is_nothing_else(
    client, account, stale, forget_password, outbox
):
    """SEC-09, SEC-12: once, and by the session's own person alone."""
    await forget_password()
    headers = await stale()
    proof = await ask_for_code(client, headers, account, outbox)

    answer = await client.post(f"{REAUTHENTICATE}/mail/confirmation", json=proof, headers=headers)
    again = await client.post(
        f"{REAUTHENTICATE}/mail/confirmation", json=proof, headers=bearer(answer.json())
    )

    assert await is_fresh(client, answer)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_one_time_token")


async def test_somebody_else_s_code_makes_nothing_fresh(
    client, world, account, stale, forget_password, outbox
):
    await forget_password()
    proof = await ask_for_code(client, await stale(), account, outbox)
    other = await world.caller()

    answer = await client.post(f"{REAUTHENTICATE}/mail/confirmation", json=proof, headers=other.headers)

    assert answer.status_code == 400


async def test_five_wrong_codes_use_a_mailed_one_up(client, account, stale, forget_password, outbox):
    """SEC-09."""
    await forget_password()
    headers = await stale()
    proof = await ask_for_code(client, headers, account, outbox)
    wrong = {**proof, "code": f"{(int(proof['code']) + 1) % 1_000_000:06}"}
    for _ in range(5):
        await client.post(f"{REAUTHENTICATE}/mail/confirmation", json=wrong, headers=headers)

    answer = await client.post(f"{REAUTHENTICATE}/mail/confirmation", json=proof, headers=headers)

    assert answer.status_code in {400, 429}
    assert (await client.get(ME, headers=headers)).status_code == 200


@pytest.mark.parametrize("has", ["password", "passkey", "authenticator"])
async def test_no_mailbox_stands_in_for_a_better_proof(
    client, resources, account, stale, forget_password, make_device, outbox, has
):
    """SEC-34."""
    if has == "passkey":
        await make_device()
    if has == "authenticator":
        await enrol_totp(client, resources, account)
    if has != "password":
        await forget_password()

    answer = await client.post(f"{REAUTHENTICATE}/mail", headers=await stale())

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert not any(CODE.search(mail.text) for mail in await outbox.to(account.email))


@pytest.mark.parametrize(
    ("way", "body"), [("passkey/options", None), ("totp", {"code": "123456"}), ("mail", None)]
)
async def test_an_api_key_proves_nothing_here(client, world, way, body):
    key = await world.caller(by="api_key")

    answer = await client.post(f"{REAUTHENTICATE}/{way}", json=body, headers=key.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "session_required")
