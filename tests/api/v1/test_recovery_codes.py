"""Recovery codes over HTTP: single use, shown once, void when renewed, their use told by mail (SEC-32)."""

import asyncio

import pytest
from sqlalchemy import select

from app.core import recovery_codes
from app.core.database import transaction
from app.models import RecoveryCode
from app.repositories.recovery_code_repository import RecoveryCodeRepository
from tests.factories.account import bearer, make_account
from tests.factories.factors import FACTORS, MFA, begin_login, enrol_totp


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def enrolled(client, resources, account):
    return await enrol_totp(client, resources, account)


async def recover(client, account, code):
    challenge = await begin_login(client, account)
    body = {"mfa_token": challenge["mfa_token"], "code": code}
    return await client.post(f"{MFA}/recovery-code", json=body)


async def test_a_code_opens_a_session_and_is_told_by_mail(client, account, outbox, enrolled):
    answer = await recover(client, account, enrolled.recovery_codes[3])

    assert answer.status_code == 200
    overview = await client.get(FACTORS, headers=bearer(answer.json()))
    assert overview.json()["recovery_codes_left"] == 9
    assert (await outbox.to(account.email))[-1].subject == "A recovery code was used"


async def test_a_code_works_once(client, account, enrolled):
    first = await recover(client, account, enrolled.recovery_codes[0])
    second = await recover(client, account, enrolled.recovery_codes[0].upper())

    assert (first.status_code, second.status_code) == (200, 401)
    assert second.json()["code"] == "invalid_second_factor"


async def test_of_twenty_uses_of_one_code_at_once_exactly_one_succeeds(resources, account, enrolled):
    digest = recovery_codes.digest_of(enrolled.recovery_codes[0], account.user.id)

    async def spend():
        async with transaction(resources.engine) as session:
            return await RecoveryCodeRepository(session).spend(account.user.id, digest, now=resources.clock())

    assert sorted(await asyncio.gather(*(spend() for _ in range(20)))) == [False] * 19 + [True]


async def test_a_renewed_set_kills_the_old_one(client, account, outbox, enrolled):
    renewed = await client.post(f"{FACTORS}/recovery-codes", headers=enrolled.headers)

    old = await recover(client, account, enrolled.recovery_codes[0])
    new = await recover(client, account, renewed.json()["recovery_codes"][0])

    assert [answer.status_code for answer in (renewed, old, new)] == [200, 401, 200]
    assert not set(enrolled.recovery_codes) & set(renewed.json()["recovery_codes"])
    assert "Your recovery codes were renewed" in [mail.subject for mail in await outbox.to(account.email)]


async def test_they_are_stored_as_digests_alone(resources, account, enrolled):
    async with transaction(resources.engine) as session:
        query = select(RecoveryCode).where(RecoveryCode.user_id == account.user.id)
        stored = (await session.scalars(query)).all()

    assert len(stored) == 10
    for code in enrolled.recovery_codes:
        assert all(code.encode() not in row.digest for row in stored)


async def test_another_s_code_opens_nothing(client, world, resources, account, enrolled):
    other = await enrol_totp(client, resources, await make_account(world))

    assert (await recover(client, account, other.recovery_codes[0])).status_code == 401


async def test_without_a_second_factor_there_are_none(client, account):
    headers = bearer(await account.login(client))

    answer = await client.post(f"{FACTORS}/recovery-codes", headers=headers)

    assert answer.status_code == 409
