"""Access tokens that are not quite ours answer 401, never 200 and never 500 (SEC-15 to SEC-19)."""

import base64
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.core.token_forge import new_tokens

ME = "/api/v1/users/me"


def encode(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_header(token: str, **members) -> str:
    head, rest = token.split(".", 1)
    known = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return f"{encode({**known, **members})}.{rest}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: f"{token}=",
        lambda token: f"{token}.",
        lambda token: token[:-1],
        lambda token: token.rsplit(".", 1)[0] + ".",
        lambda token: token.replace(".", "..", 1),
        lambda token: with_header(token, alg="none"),
        lambda token: with_header(token, alg="HS256"),
        lambda token: with_header(token, typ="JWT"),
        lambda token: with_header(token, kid="../../../dev/null"),
        lambda token: with_header(token, kid="k" * 10_000),
        lambda token: with_header(token, crit=["exp"]),
        lambda token: with_header(token, jku="https://attacker.example/keys"),
        lambda token: f"{token.split('.')[0]}.{encode([[[[]]]])}.{token.split('.')[2]}",
        lambda token: token * 40,
    ],
)
async def test_a_spoiled_token_opens_nothing(client, world, spoil):
    caller = await world.caller()

    answer = await client.get(ME, headers={"Authorization": f"Bearer {spoil(caller.credential)}"})

    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credential"
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


async def test_a_token_of_another_signer_opens_nothing(client, world):
    caller = await world.caller()
    token = new_tokens().issue(caller.user_id, caller.session_id, datetime.now(UTC))

    assert (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_a_token_for_a_session_that_never_was_opens_nothing(client, world, resources):
    caller = await world.caller()
    token = resources.access_tokens.issue(caller.user_id, uuid4(), datetime.now(UTC))

    assert (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_a_token_that_names_another_user_than_its_session_opens_nothing(client, world, resources):
    caller, other = await world.caller(), await world.caller()
    token = resources.access_tokens.issue(other.user_id, caller.session_id, datetime.now(UTC))

    assert (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code == 401
