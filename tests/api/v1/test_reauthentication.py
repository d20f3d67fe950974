"""Proving again who one is: a fresh session in place of the old one (SEC-12, SEC-24)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.models import Session
from tests.factories.account import PASSWORD, bearer, make_account

REAUTHENTICATE = "/api/v1/auth/reauthenticate"
REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/users/me"


async def grow_old(resources, tokens) -> None:
    """Let an hour pass since the person of this session proved who they are."""
    async with transaction(resources.engine) as session:
        row = await session.get_one(Session, tokens["session_id"])
        row.authenticated_at = datetime.now(UTC) - timedelta(hours=1)


async def stored_session(resources, session_id) -> Session:
    async with transaction(resources.engine) as session:
        return await session.get_one(Session, session_id)


async def test_the_password_makes_a_session_fresh_again(client, world, resources):
    tokens = await (await make_account(world)).login(client)
    await grow_old(resources, tokens)

    answer = await client.post(REAUTHENTICATE, json={"password": PASSWORD}, headers=bearer(tokens))

    assert answer.status_code == 200
    fresh = await stored_session(resources, answer.json()["session_id"])
    assert datetime.now(UTC) - fresh.authenticated_at < timedelta(minutes=1)
    assert (await client.get(ME, headers=bearer(answer.json()))).status_code == 200


async def test_a_step_up_is_a_new_session_and_the_old_tokens_die(client, world):
    """SEC-24: who planted or copied the old session does not rise with its person."""
    tokens = await (await make_account(world)).login(client)

    answer = await client.post(REAUTHENTICATE, json={"password": PASSWORD}, headers=bearer(tokens))

    assert answer.json()["session_id"] != tokens["session_id"]
    assert (await client.get(ME, headers=bearer(tokens))).status_code == 401
    refreshed = await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401


async def test_the_fresh_session_stays_in_the_organization_of_the_old_one(client, world, resources):
    account = await make_account(world)
    elsewhere = await world.organization(owner=account.user)
    caller = await world.session_caller(account.user, elsewhere)

    answer = await client.post(REAUTHENTICATE, json={"password": PASSWORD}, headers=caller.headers)

    fresh = await stored_session(resources, answer.json()["session_id"])
    assert fresh.organization_id == elsewhere.id


async def test_a_wrong_password_changes_nothing(client, world):
    tokens = await (await make_account(world)).login(client)

    answer = await client.post(REAUTHENTICATE, json={"password": "wrong" * 5}, headers=bearer(tokens))

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_login")
    assert (await client.get(ME, headers=bearer(tokens))).status_code == 200


async def test_a_refresh_proves_nothing_anew(client, world, resources):
    tokens = await (await make_account(world)).login(client)
    await grow_old(resources, tokens)
    before = await stored_session(resources, tokens["session_id"])

    await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})

    after = await stored_session(resources, tokens["session_id"])
    assert after.authenticated_at == before.authenticated_at


async def test_attempts_count_with_those_of_signing_in(client, world):
    tokens = await (await make_account(world)).login(client)

    answers = [
        await client.post(REAUTHENTICATE, json={"password": "wrong" * 5}, headers=bearer(tokens))
        for _ in range(5)
    ]

    assert [answer.status_code for answer in answers] == [401] * 4 + [429]


async def test_an_api_key_proves_nothing(client, world):
    caller = await world.caller(by="api_key")

    answer = await client.post(REAUTHENTICATE, json={"password": PASSWORD}, headers=caller.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "session_required")


@pytest.mark.parametrize(
    "body", [{}, {"password": ""}, {"password": 5}, {"password": "x", "email": "a@b.org"}]
)
async def test_a_malformed_proof_is_refused(client, world, body):
    caller = await world.caller()

    assert (await client.post(REAUTHENTICATE, json=body, headers=caller.headers)).status_code == 422
