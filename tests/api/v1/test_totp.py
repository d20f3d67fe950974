"""Authenticator apps: enrolled, confirmed, demanded at every sign-in, removed (SEC-31, SEC-36)."""

import asyncio
import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from app.core import totp
from app.core.database import transaction
from app.models import Session, TotpCredential
from app.repositories.totp_credential_repository import TotpCredentialRepository
from app.services.totp_service import FAILURES_MAX
from tests.factories.account import bearer, make_account
from tests.factories.factors import FACTORS, LOGIN, MFA, begin_login, enrol_totp, forget_used_codes


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def enrolled(client, resources, account):
    return await enrol_totp(client, resources, account)


async def prove(client, account, code):
    challenge = await begin_login(client, account)
    return await client.post(f"{MFA}/totp", json={"mfa_token": challenge["mfa_token"], "code": code})


async def test_an_enrolment_shows_the_secret_as_text_link_and_picture(client, account):
    headers = bearer(await account.login(client))

    answer = await client.post(f"{FACTORS}/totp", headers=headers)

    body = answer.json()
    link = urlsplit(body["otpauth_uri"])
    assert (link.scheme, link.netloc, link.path) == ("otpauth", "totp", f"/test:{account.email}")
    assert parse_qs(link.query) == {
        "secret": [body["secret"]], "issuer": ["test"], "digits": ["6"], "period": ["30"]
    }  # fmt: skip
    assert len(base64.b32decode(body["secret"])) == 20
    assert body["qr_code_svg"].startswith("<svg ")


async def test_a_secret_that_no_code_has_confirmed_changes_nothing(client, account):
    headers = bearer(await account.login(client))
    await client.post(f"{FACTORS}/totp", headers=headers)

    again = await client.post(LOGIN, json={"email": account.email, "password": account.password})

    assert again.status_code == 200


async def test_a_wrong_code_confirms_nothing(client, account):
    headers = bearer(await account.login(client))
    await client.post(f"{FACTORS}/totp", headers=headers)

    answer = await client.post(f"{FACTORS}/totp/confirmation", json={"code": "000000"}, headers=headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "code_wrong"


async def test_confirming_brings_recovery_codes_once_and_a_mail(client, account, outbox, enrolled):
    """SEC-32, SEC-36."""
    overview = await client.get(FACTORS, headers=enrolled.headers)

    assert len(set(enrolled.recovery_codes)) == 10
    assert overview.json() == {
        "second_factor_required": True, "methods": ["totp", "recovery_code"], "recovery_codes_left": 10
    }  # fmt: skip
    assert [mail.subject for mail in await outbox.to(account.email)] == ["A second factor was added"]


async def test_a_password_alone_opens_no_session_any_more(client, account, enrolled):
    """SEC-34."""
    answer = await client.post(LOGIN, json={"email": account.email, "password": account.password})

    assert answer.status_code == 202
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert set(body) == {"second_factor_required", "mfa_token", "expires_in", "methods"}
    assert (body["second_factor_required"], body["expires_in"]) == (True, 600)
    assert body["methods"] == ["totp", "recovery_code"]


async def test_the_code_completes_the_sign_in(client, account, enrolled):
    answer = await prove(client, account, enrolled.code())

    assert answer.status_code == 200
    profile = await client.get("/api/v1/users/me", headers=bearer(answer.json()))
    assert profile.json()["id"] == str(account.user.id)


@pytest.mark.parametrize("written", [" {0} {1} ", "{0}\u00a0{1}", "{0}\t{1}"])
async def test_spaces_in_a_code_do_not_matter(client, account, enrolled, written):
    """SEC-31."""
    code = enrolled.code()

    answer = await prove(client, account, written.format(code[:3], code[3:]))

    assert answer.status_code == 200


async def test_a_used_code_is_refused_in_every_spelling(client, resources, account, enrolled):
    """SEC-31: one normalised form for comparing and for what was used."""
    code = enrolled.code()
    assert (await prove(client, account, code)).status_code == 200
    wide = code.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})

    answers = [await prove(client, account, each) for each in (code, f"{code[:3]} {code[3:]}", wide)]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert {answer.json()["code"] for answer in answers} == {"invalid_second_factor"}


async def test_a_full_width_code_is_the_same_code(client, account, enrolled):
    """SEC-31."""
    wide = enrolled.code().translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})

    assert (await prove(client, account, wide)).status_code == 200


async def test_no_code_older_than_the_last_accepted_one_is_accepted(client, account, enrolled):
    """SEC-31: the accepted time step strictly increases."""
    assert (await prove(client, account, enrolled.code(steps=1))).status_code == 200

    older = [await prove(client, account, enrolled.code(steps=steps)) for steps in (1, 0, -1)]

    assert [answer.status_code for answer in older] == [401, 401, 401]


@pytest.mark.parametrize("steps", [-3, 3])
async def test_a_code_of_another_time_is_refused(client, account, enrolled, steps):
    assert (await prove(client, account, enrolled.code(steps=steps))).status_code == 401


async def test_of_twenty_tries_of_one_code_at_once_exactly_one_succeeds(client, resources, account, enrolled):
    """SEC-31: accepting is atomic."""
    service_tries = await asyncio.gather(*(accept(resources, account, enrolled) for _ in range(20)))

    assert sorted(service_tries) == [False] * 19 + [True]


async def accept(resources, account, enrolled):
    """One of many who use the same code, each in a transaction of its own, below the limits."""
    async with transaction(resources.engine) as session:
        repository = TotpCredentialRepository(session)
        credential = await repository.find_by_user(account.user.id)
        step = totp.find_step(enrolled.secret, enrolled.code(), datetime.now(UTC))
        return await repository.accept(credential.id, step=step)


async def test_codes_are_limited_per_account_whatever_the_token(client, account, enrolled):
    """SEC-31, SEC-56: the second factor has limits of its own, taken before a code is looked at."""
    challenges = [await begin_login(client, account) for _ in range(2)]
    bodies = [{"mfa_token": each["mfa_token"], "code": "000000"} for each in challenges for _ in range(3)]

    answers = [await client.post(f"{MFA}/totp", json=body) for body in bodies]

    # Confirming the authenticator has counted once.
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429, 429]
    assert answers[-1].json()["limit"] == "codes"


async def test_after_a_hundred_wrong_codes_only_another_factor_helps(client, resources, account, enrolled):
    """SEC-58 (NIST SP 800-63B-4, section 3.2.2)."""
    async with transaction(resources.engine) as session:
        mine = update(TotpCredential).where(TotpCredential.user_id == account.user.id)
        await session.execute(mine.values(failures=FAILURES_MAX))
    refused = await prove(client, account, enrolled.code())
    challenge = await begin_login(client, account)
    body = {"mfa_token": challenge["mfa_token"], "code": enrolled.recovery_codes[0]}
    recovered = await client.post(f"{MFA}/recovery-code", json=body)

    accepted = await prove(client, account, enrolled.code())

    assert [refused.status_code, recovered.status_code, accepted.status_code] == [401, 200, 200]


async def test_the_secret_is_in_no_table_as_it_is(resources, account, enrolled):
    """SEC-37."""
    async with transaction(resources.engine) as session:
        query = select(TotpCredential).where(TotpCredential.user_id == account.user.id)
        stored = (await session.scalars(query)).one()

    assert enrolled.secret not in stored.sealed_secret
    assert resources.secret_box.open(stored.sealed_secret, purpose="totp") == enrolled.secret


async def test_a_second_authenticator_must_wait_until_the_first_is_removed(client, enrolled):
    answer = await client.post(f"{FACTORS}/totp", headers=enrolled.headers)

    assert answer.status_code == 409


async def test_removing_it_lowers_every_session_and_is_mailed(client, resources, account, enrolled, outbox):
    """SEC-36."""
    answer = await client.delete(f"{FACTORS}/totp", headers=enrolled.headers)

    assert answer.status_code == 204
    sensitive = await client.post(f"{FACTORS}/totp", headers=enrolled.headers)
    assert (sensitive.status_code, sensitive.json()["code"]) == (403, "reauthentication_required")
    assert (await client.get("/api/v1/users/me", headers=enrolled.headers)).status_code == 200
    assert (await outbox.to(account.email))[-1].subject == "A second factor was removed"


async def test_without_any_factor_the_recovery_codes_are_void(client, enrolled):
    await client.delete(f"{FACTORS}/totp", headers=enrolled.headers)

    overview = await client.get(FACTORS, headers=enrolled.headers)

    assert overview.json() == {"second_factor_required": False, "methods": [], "recovery_codes_left": 0}


async def test_removing_what_is_not_there_is_told(client, account):
    headers = bearer(await account.login(client))

    assert (await client.delete(f"{FACTORS}/totp", headers=headers)).status_code == 404


async def test_adding_one_lowers_the_other_sessions(client, resources, account):
    """SEC-36: a session from before must prove the new factor before it does what is sensitive."""
    earlier = bearer(await account.login(client))

    await enrol_totp(client, resources, account)

    sensitive = await client.post(f"{FACTORS}/recovery-codes", headers=earlier)
    assert (sensitive.status_code, sensitive.json()["code"]) == (403, "reauthentication_required")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/totp"), ("POST", "/totp/confirmation"), ("DELETE", "/totp"), ("POST", "/recovery-codes")],
)
async def test_a_stale_session_changes_no_factor(client, resources, enrolled, method, path):
    """SEC-36, SEC-12."""
    async with transaction(resources.engine) as session:
        mine = update(Session).where(Session.user_id == enrolled.account.user.id)
        await session.execute(mine.values(authenticated_at=datetime(2020, 1, 1, tzinfo=UTC)))

    answer = await client.request(method, FACTORS + path, json={"code": "1"}, headers=enrolled.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")


async def test_step_up_demands_the_second_factor_too(client, resources, account, enrolled):
    """SEC-34: who has only the password and a stolen session gets no fresh one."""
    first = await client.post(
        "/api/v1/auth/reauthenticate", json={"password": account.password}, headers=enrolled.headers
    )
    body = {"mfa_token": first.json()["mfa_token"], "code": enrolled.code()}

    second = await client.post(f"{MFA}/totp", json=body)

    assert (first.status_code, second.status_code) == (202, 200)
    assert (await client.get("/api/v1/users/me", headers=enrolled.headers)).status_code == 401
    fresh = bearer(second.json())
    assert (await client.post(f"{FACTORS}/recovery-codes", headers=fresh)).status_code == 200


async def test_used_codes_are_forgotten_with_their_step_only(client, resources, account, enrolled):
    await prove(client, account, enrolled.code())
    await forget_used_codes(resources, account)

    assert (await prove(client, account, enrolled.code())).status_code == 200
