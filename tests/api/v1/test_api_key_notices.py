"""Whoever made a key is told by mail what becomes of it (SEC-11)."""

import pytest

from tests.factories.account import make_account

KEYS = "/api/v1/api-keys"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def caller(world, account):
    return await world.session_caller(account.user, account.organization)


@pytest.fixture
async def made(client, caller):
    answer = await client.post(KEYS, json={"name": "Weather <b>key</b>"}, headers=caller.headers)
    assert answer.status_code == 201
    return answer.json()


async def test_a_new_key_is_told_without_its_string(account, outbox, made):
    (mail,) = await outbox.to(account.email)

    assert mail.subject == "An API key was created"
    assert "Weather &lt;b&gt;key&lt;/b&gt;" in mail.html
    assert made["api_key"] not in mail.text + mail.html


@pytest.mark.parametrize(
    ("method", "path", "subject"),
    [
        ("POST", "/rotate", "An API key was rotated"),
        ("POST", "/revoke", "An API key was revoked"),
        ("DELETE", "", "An API key was deleted"),
    ],
)
async def test_what_another_does_to_a_key_is_told_to_who_made_it(
    client, world, account, made, outbox, method, path, subject
):
    colleague = await world.user()
    await world.member(account.organization, colleague, role="admin")
    other = await world.session_caller(colleague, account.organization)

    answer = await client.request(method, f"{KEYS}/{made['id']}{path}", headers=other.headers)

    assert answer.is_success, answer.text
    assert (await outbox.to(account.email))[-1].subject == subject
    assert await outbox.to(colleague.email) == []
