"""Refresh tokens work once, a moment longer for a lost answer, then never (SEC-22, A8 of the traps)."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.models import AuditEvent, Organization, RefreshToken, User
from tests.factories.account import bearer, make_account
from tests.factories.sessions import let_the_grace_pass, unused_tokens

REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/users/me"


def presenting(tokens: dict) -> dict:
    return {"refresh_token": tokens["refresh_token"]}


async def test_a_refresh_token_buys_the_next_pair_of_the_same_session(client, world):
    account = await make_account(world)
    tokens = await account.login(client)

    answer = await client.post(REFRESH, json=presenting(tokens))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    renewed = answer.json()
    assert renewed["session_id"] == tokens["session_id"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    me = await client.get(ME, headers=bearer(renewed))
    assert me.json()["id"] == str(account.user.id)


async def test_a_chain_of_refreshes_goes_on(client, world):
    tokens = await (await make_account(world)).login(client)

    for _ in range(5):
        answer = await client.post(REFRESH, json=presenting(tokens))
        tokens = answer.json()

    assert (await client.get(ME, headers=bearer(tokens))).status_code == 200


async def test_a_lost_answer_may_be_asked_for_again(client, world, resources):
    """SEC-22: within the grace the same token gets the same successor, and there is one lineage."""
    first = await (await make_account(world)).login(client)
    lost = (await client.post(REFRESH, json=presenting(first))).json()

    again = await client.post(REFRESH, json=presenting(first))

    assert again.status_code == 200
    assert again.json()["refresh_token"] == lost["refresh_token"]
    assert again.json()["refresh_expires_at"] == lost["refresh_expires_at"]
    assert await unused_tokens(resources, first["session_id"]) == 1
    assert (await client.get(ME, headers=bearer(again.json()))).status_code == 200
    assert (await client.post(REFRESH, json=presenting(lost))).status_code == 200


async def test_a_token_that_comes_after_the_grace_ends_the_session_though_the_answer_is_401(
    client, world, resources
):
    """SEC-22."""
    first = await (await make_account(world)).login(client)
    second = (await client.post(REFRESH, json=presenting(first))).json()
    await let_the_grace_pass(resources, first["session_id"])

    answer = await client.post(REFRESH, json=presenting(first))

    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credential"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    for tokens in (first, second):
        assert (await client.get(ME, headers=bearer(tokens))).status_code == 401
        assert (await client.post(REFRESH, json=presenting(tokens))).status_code == 401


async def test_a_reuse_is_written_down_and_told_to_its_person_once(client, world, resources, outbox):
    """SEC-22."""
    account = await make_account(world)
    tokens = await account.login(client)
    await client.post(REFRESH, json=presenting(tokens))
    await let_the_grace_pass(resources, tokens["session_id"])

    for _ in range(3):
        await client.post(REFRESH, json=presenting(tokens))

    (mail,) = await outbox.to(account.email)
    assert mail.subject == "A session was ended for safety"
    async with transaction(resources.engine) as session:
        query = select(AuditEvent).where(
            AuditEvent.target == f"user:{account.user.id}", AuditEvent.action == "refresh_reused"
        )
        (event,) = (await session.scalars(query)).all()
    assert (event.outcome, str(event.session_id)) == ("failure", tokens["session_id"])
    assert event.organization_id == account.organization.id


async def test_a_token_whose_successor_was_used_has_no_grace(client, world):
    """SEC-22: whoever uses the successor has received it, so no answer was lost."""
    first = await (await make_account(world)).login(client)
    second = (await client.post(REFRESH, json=presenting(first))).json()
    third = (await client.post(REFRESH, json=presenting(second))).json()

    answer = await client.post(REFRESH, json=presenting(first))

    assert answer.status_code == 401
    assert (await client.get(ME, headers=bearer(third))).status_code == 401


async def test_the_stored_rows_do_not_tell_the_successor(client, world, resources):
    first = await (await make_account(world)).login(client)
    second = (await client.post(REFRESH, json=presenting(first))).json()

    async with transaction(resources.engine) as session:
        query = select(RefreshToken).where(RefreshToken.session_id == UUID(first["session_id"]))
        rows = (await session.scalars(query)).all()

    stored = repr([vars(row) for row in rows])
    for tokens in (first, second):
        assert tokens["refresh_token"][4:] not in stored
    assert [row.successor_salt is not None for row in rows if row.used_at] == [True]


async def test_a_salt_is_forgotten_when_the_successor_is_used(client, world, resources):
    tokens = await (await make_account(world)).login(client)
    for _ in range(4):
        tokens = (await client.post(REFRESH, json=presenting(tokens))).json()

    async with transaction(resources.engine) as session:
        query = select(RefreshToken.successor_salt).where(
            RefreshToken.session_id == UUID(tokens["session_id"])
        )
        salts = (await session.scalars(query)).all()

    assert len(salts) == 5
    assert len([salt for salt in salts if salt is not None]) == 1


async def test_a_reuse_leaves_the_user_s_other_sessions_alone(client, world, resources):
    account = await make_account(world)
    stolen, other = await account.login(client), await account.login(client)
    await client.post(REFRESH, json=presenting(stolen))
    await let_the_grace_pass(resources, stolen["session_id"])

    await client.post(REFRESH, json=presenting(stolen))

    assert (await client.get(ME, headers=bearer(other))).status_code == 200
    assert (await client.post(REFRESH, json=presenting(other))).status_code == 200


async def test_twenty_refreshes_at_once_leave_one_live_lineage(client, world, resources):
    """SEC-22."""
    tokens = await (await make_account(world)).login(client)

    answers = await asyncio.gather(*(client.post(REFRESH, json=presenting(tokens)) for _ in range(20)))

    assert [answer.status_code for answer in answers] == [200] * 20
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert await unused_tokens(resources, tokens["session_id"]) == 1
    assert (await client.post(REFRESH, json={"refresh_token": successor})).status_code == 200


@pytest.mark.parametrize("model", [User, Organization])
async def test_a_disabled_user_or_organization_refreshes_nothing_and_loses_nothing(
    client, world, resources, model
):
    account = await make_account(world)
    tokens = await account.login(client)
    owner_id = account.user.id if model is User else account.organization.id
    async with transaction(resources.engine) as session:
        (await session.get_one(model, owner_id)).is_active = False

    refused = await client.post(REFRESH, json=presenting(tokens))

    async with transaction(resources.engine) as session:
        (await session.get_one(model, owner_id)).is_active = True
    assert refused.status_code == 401
    assert (await client.post(REFRESH, json=presenting(tokens))).status_code == 200


async def test_no_token_works_where_another_kind_is_asked_for(client, world):
    """SEC-19, A8 of the traps."""
    account = await make_account(world)
    tokens = await account.login(client)
    key = await world.api_key(account.organization)

    as_refresh = [tokens["access_token"], key.api_key, tokens["refresh_token"].removeprefix("fgr_")]
    as_access = [
        {"Authorization": f"Bearer {tokens['refresh_token']}"},
        {"X-API-Key": tokens["refresh_token"]},
    ]

    for text in as_refresh:
        assert (await client.post(REFRESH, json={"refresh_token": text})).status_code == 401
    for headers in as_access:
        assert (await client.get(ME, headers=headers)).status_code == 401
    assert (await client.post(REFRESH, json=presenting(tokens))).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "fgr_",
        "fgr_" + "A" * 43,
        "fgr_" + "A" * 500,
        "fgr_" + "A" * 42 + "\x00",
        "é" * 40,
        "fgr_ " + "A" * 43,
    ],
)
async def test_an_unknown_token_is_refused_like_a_used_one(client, token):
    answer = await client.post(REFRESH, json={"refresh_token": token})

    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credential"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"refresh_token": ""},
        {"refresh_token": None},
        {"refresh_token": 5},
        {"refresh_token": "A" * 513},
        [],
        "x",
    ],
)
async def test_a_malformed_refresh_is_refused_without_an_echo(client, body):
    answer = await client.post(REFRESH, json=body)

    assert answer.status_code == 422
    assert "A" * 513 not in answer.text
