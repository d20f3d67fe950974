"""Revoking a token by holding it (RFC 7009): always 200, and the session is over (SEC-28)."""

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.models import AuditEvent
from tests.factories.account import bearer, make_account

REVOKE = "/api/v1/auth/revoke"
REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/users/me"


async def revoke(client, token, **fields):
    return await client.post(REVOKE, data={"token": token, **fields})


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "nonsense"])
async def test_either_token_ends_its_session_whatever_the_hint(client, world, kind, hint):
    tokens = await (await make_account(world)).login(client)
    hints = {} if hint is None else {"token_type_hint": hint}

    answer = await revoke(client, tokens[kind], **hints)

    assert (answer.status_code, answer.content) == (200, b"")
    assert (await client.get(ME, headers=bearer(tokens))).status_code == 401
    refreshed = await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401


async def test_a_used_refresh_token_ends_its_session_too(client, world):
    tokens = await (await make_account(world)).login(client)
    renewed = (await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})).json()

    await revoke(client, tokens["refresh_token"])

    assert (await client.get(ME, headers=bearer(renewed))).status_code == 401


async def test_every_text_is_answered_alike(client, world):
    """SEC-28: 200 for unknown tokens, so nobody learns which ones there are."""
    account = await make_account(world)
    tokens = await account.login(client)
    key = await world.api_key(account.organization)
    await revoke(client, tokens["refresh_token"])
    texts = ["x", "fgr_" + "A" * 43, "fgr_", "e.y.J", key.api_key, tokens["refresh_token"], "é\x00"]

    answers = [await revoke(client, text) for text in texts]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"")}
    assert (await client.get("/api/v1/credits", headers=key.headers)).status_code == 200


async def test_other_sessions_of_the_person_go_on(client, world):
    account = await make_account(world)
    ended, kept = await account.login(client), await account.login(client)

    await revoke(client, ended["access_token"])

    assert (await client.get(ME, headers=bearer(kept))).status_code == 200


async def test_a_revocation_is_written_down_once(client, world, resources):
    account = await make_account(world)
    tokens = await account.login(client)

    for _ in range(2):
        await revoke(client, tokens["refresh_token"])

    async with transaction(resources.engine) as session:
        query = select(AuditEvent).where(
            AuditEvent.actor_id == account.user.id, AuditEvent.action == "session_ended"
        )
        (event,) = (await session.scalars(query)).all()
    assert event.target == f"session:{tokens['session_id']}"


async def test_fields_that_are_not_known_are_passed_over(client):
    """RFC 6749, section 3.2: a client of the family sends its `client_id` with everything."""
    answer = await revoke(client, "x", client_id="app", resource="https://api.example.org")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("token=", 422),
        ("token_type_hint=refresh_token", 422),
        ("token=" + "A" * 4097, 422),
        ("token=a&token=b", 400),
        ("token=%FF", 400),
    ],
)
async def test_a_malformed_form_is_refused_without_an_echo(client, body, status):
    answer = await client.post(
        REVOKE, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == status
    assert "A" * 4097 not in answer.text


async def test_json_is_no_form(client):
    assert (await client.post(REVOKE, json={"token": "x"})).status_code == 415
