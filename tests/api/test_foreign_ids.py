"""Another's object answers exactly as an absent one, for every id that any route takes (OWASP API1)."""

import re
import secrets

import httpx2
import pytest

from app.core.identifiers import new_id
from app.models import ExternalIdentity, Passkey
from tests.api.operations import OPERATIONS
from tests.factories import World
from tests.factories.blog_posts import write_post

ID = re.compile(r"{(\w+_id)}")
WITH_ID = [operation for operation in OPERATIONS if ID.search(operation.path)]
EVERYBODYS = {"plan_id"}
"""Ids of what is nobody's in particular."""
BY_QUERY = [
    "/api/v1/api-keys?organization_id={organization_id}",
    "/api/v1/audit-events?organization_id={organization_id}",
    "/api/v1/audit-events/export?organization_id={organization_id}",
    "/api/v1/credits?organization_id={organization_id}",
    "/api/v1/credits/ledger?organization_id={organization_id}",
    "/api/v1/credits/grants?organization_id={organization_id}",
    "/api/v1/credits/holds?organization_id={organization_id}",
    "/api/v1/credits/statement?organization_id={organization_id}",
    "/api/v1/credits/ledger/export?organization_id={organization_id}",
    "/api/v1/usage?organization_id={organization_id}",
    "/api/v1/usage/export?organization_id={organization_id}",
    "/api/v1/credits/thresholds?organization_id={organization_id}",
    "/api/v1/credits/events?organization_id={organization_id}",
]


@pytest.fixture(scope="module")
async def foreign(app, resources):
    """An id of each kind, all somebody else's. A route with an id of another kind needs one here.

    They are the same in all tests: whoever changed one would have failed.
    """
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await make_foreign(client, World(resources))


async def make_foreign(client, world):
    """Make a stranger who has one of each."""
    stranger = await world.caller()
    key = await world.api_key(await world.get_organization(stranger.organization_id))
    post = await write_post(client, stranger)
    passkey = Passkey(
        user_id=stranger.user_id,
        name="Theirs",
        credential_id=secrets.token_bytes(16),
        public_key=b"x",
        sign_count=0,
        transports=[],
        is_synced=False,
    )
    identity = ExternalIdentity(
        user_id=stranger.user_id,
        provider="test",
        issuer="https://issuer.example.org",
        subject=secrets.token_hex(8),
    )
    await world.save(passkey, identity)
    invitation = await world.invitation(await world.get_organization(stranger.organization_id))
    wanted = {"amount": 5, "expires_in_seconds": 60}
    hold = await client.post("/api/v1/credits/holds", json=wanted, headers=stranger.headers)
    return {
        "organization_id": stranger.organization_id,
        "user_id": stranger.user_id,
        "session_id": stranger.session_id,
        "key_id": key.row.id,
        "post_id": post["id"],
        "passkey_id": passkey.id,
        "identity_id": identity.id,
        "invitation_id": invitation.id,
        "hold_id": hold.json()["id"],
    }


@pytest.mark.parametrize("operation", WITH_ID, ids=str)
async def test_whatever_is_somebody_else_s_answers_exactly_as_what_is_not_there(
    client, caller, foreign, operation
):
    """SEC-49."""
    names = set(ID.findall(operation.path)) - EVERYBODYS
    body = operation.example if operation.body_schema else None

    for name in names:
        await require_alike(client, caller, operation.method, operation.path, body, foreign, name)


@pytest.mark.parametrize("path", BY_QUERY)
async def test_another_organization_named_in_a_query_answers_as_an_absent_one(client, caller, foreign, path):
    """SEC-49."""
    answer = await require_alike(client, caller, "GET", path, None, foreign, "organization_id")

    assert answer.status_code == 404


async def require_alike(client, caller, method, path, body, foreign, name):
    """Ask once with the stranger's id and once with nobody's, in the caller's own organization if need be."""
    others = {
        "slug": "hello-world",
        **foreign,
        "plan_id": new_id(),
        "organization_id": caller.organization_id,
    }
    answers = [
        await client.request(
            method, path.format_map({**others, name: identifier}), json=body, headers=caller.headers
        )
        for identifier in (foreign[name], new_id())
    ]
    assert answers[0].status_code in {403, 404}, answers[0].text
    assert what_is_told(answers[0]) == what_is_told(answers[1])
    return answers[0]


def what_is_told(answer):
    """The problem without what always differs: the path that was asked for and the request's id."""
    document = answer.json()
    del document["instance"], document["request_id"]
    return answer.status_code, document, sorted(set(answer.headers) - {"content-length"})
