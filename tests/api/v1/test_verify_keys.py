"""The `key` of a question: what can be none is NOT_FOUND without asking the database."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.api_key_secrets import ApiKeySecrets, checksum
from tests.core.token_forge import new_tokens
from tests.factories.gate import VERIFY, question, verify
from tests.factories.statements import watched_statements


@pytest.fixture
async def service(world):
    return await world.service_key()


@pytest.fixture
async def key(world):
    return await world.api_key(await world.organization())


DAMAGES = {
    "cut": lambda key: key[:-1],
    "longer": lambda key: key + "0",
    "wrong check": lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
    "other environment": lambda key: key.replace("live", "test"),
    "unknown environment": lambda key: key.replace("live", "prod"),
    "capitals": str.upper,
    "leading space": lambda key: " " + key,
    "trailing line": lambda key: key + "\n",
    "NUL": lambda key: key[:30] + "\x00" + key[31:],
    "control": lambda key: key[:30] + "\x1b" + key[31:],
    "non-ASCII": lambda key: key[:30] + "é" + key[31:],
    "digits of another script": lambda key: key[:30] + "٣" + key[31:],
    "quote": lambda key: key[:30] + "'" + key[31:],
    "bearer": lambda key: "Bearer " + key,
    "any word": lambda key: key[:0] + "hello",
    "dots": lambda key: ".".join(key[:3]),
    "emoji": lambda key: "😀" * 20 * len(key),
    "very long": lambda key: (key * 100)[:4_096],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_malformed_key_is_not_found_and_the_database_is_not_asked_about_it(
    client, service, key, damage
):
    await verify(client, service, key)
    with watched_statements() as without:
        await verify(client, service, "nonsense")

    with watched_statements() as statements:
        verdict = await verify(client, service, damage(key.api_key), cost=5, charge_id="id")

    assert verdict["code"] == "NOT_FOUND"
    assert verdict["credits"] == {"charged": None, "remaining": None}
    assert key.api_key[8:20] not in repr(statements)
    assert len(statements) <= len(without)


async def test_a_wrong_secret_of_a_known_id_is_not_found_and_tells_nothing(client, service, key):
    body = key.api_key[:20] + "0" * 32

    verdict = await verify(client, service, body + checksum(body))

    assert (verdict["code"], verdict["principal"], verdict["limits"]) == ("NOT_FOUND", None, [])


async def test_a_key_under_another_pepper_is_not_found(client, world, service, key):
    stranger = ApiKeySecrets({1: b"another pepper" * 4}, current_pepper_id=1).issue("live")

    assert (await verify(client, service, stranger.api_key))["code"] == "NOT_FOUND"


async def test_a_lone_surrogate_is_no_text(client, service):
    answer = await client.post(
        VERIFY,
        content=b'{"key": "\\ud800"}',
        headers={"Content-Type": "application/json", **service.headers},
    )

    assert answer.status_code in {200, 422}
    assert answer.status_code == 422 or answer.json()["code"] == "NOT_FOUND"


async def test_an_escaped_nul_in_a_key_is_not_found_rather_than_an_error(client, service):
    answer = await client.post(VERIFY, json=question("fg_live_\u0000"), headers=service.headers)

    assert (answer.status_code, answer.json()["code"]) == (200, "NOT_FOUND")


async def test_an_access_token_must_be_ours_current_and_unaltered(client, world, service, resources):
    person = await world.caller()
    now = datetime.now(UTC)
    tokens = resources.access_tokens
    foreign = new_tokens()
    stale = tokens.issue(person.user_id, person.session_id, now - timedelta(hours=1))
    forged = foreign.issue(person.user_id, person.session_id, now)
    head, payload, signature = person.credential.split(".")

    for token in (
        stale, forged, f"{head}.{payload}.", f"{head}.{payload}", f"{head}.{payload}.{signature[::-1]}",
        person.credential + "=", f"eyJhbGciOiJub25lIn0.{payload}.",
    ):  # fmt: skip
        with watched_statements() as statements:
            verdict = await verify(client, service, token)

        assert verdict["code"] == "NOT_FOUND"
        assert str(person.session_id) not in repr(statements)
    assert (await verify(client, service, person.credential))["code"] == "VALID"


async def test_a_token_of_a_session_that_never_was_is_not_found(client, world, service, resources):
    person = await world.caller()
    token = resources.access_tokens.issue(person.user_id, person.user_id, datetime.now(UTC))

    assert (await verify(client, service, token))["code"] == "NOT_FOUND"
