"""What a session left open must not do: every route that says so refuses one (SEC-12)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.architecture.test_access import ACCESS, AnyId

FRESH = [route for route, demands in ACCESS.items() if " fresh" in demands]
SENSITIVE = {
    "POST /api/v1/api-keys",
    "PATCH /api/v1/api-keys/{key_id}",
    "POST /api/v1/api-keys/{key_id}/rotate",
    "POST /api/v1/account/email",
    "DELETE /api/v1/account",
    "POST /api/v1/auth/providers/{name}/link",
    "DELETE /api/v1/auth/identities/{identity_id}",
    "POST /api/v1/auth/factors/totp",
    "DELETE /api/v1/auth/factors/totp",
    "POST /api/v1/auth/factors/recovery-codes",
    "POST /api/v1/auth/passkeys",
    "DELETE /api/v1/auth/passkeys/{passkey_id}",
    "DELETE /api/v1/users/{user_id}/factors",
}
"""E-mail, factors, ways to sign in, keys and the end of the account: at least these ask for a fresh proof."""


def test_everything_sensitive_asks_for_a_fresh_session():
    """SEC-12."""
    assert set(FRESH) >= SENSITIVE


@pytest.mark.parametrize("route", FRESH)
async def test_a_session_left_open_is_refused_before_anything_is_read(client, world, route):
    """SEC-12."""
    user = await world.user(is_operator=True)
    organization = await world.organization(owner=user)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    caller = await world.session_caller(user, organization, authenticated_at=yesterday)
    method, path = route.split()

    answer = await client.request(method, path.format_map(AnyId()), json={}, headers=caller.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")


async def test_a_key_makes_keys_though_nobody_sits_before_it(client, world):
    caller = await world.caller(by="api_key")

    answer = await client.post("/api/v1/api-keys", json={"name": "Another"}, headers=caller.headers)

    assert answer.status_code == 201


async def test_a_leaked_key_can_be_revoked_without_delay(client, world):
    user = await world.user()
    organization = await world.organization(owner=user)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    caller = await world.session_caller(user, organization, authenticated_at=yesterday)
    key = await world.api_key(organization)

    answer = await client.post(f"/api/v1/api-keys/{key.row.id}/revoke", headers=caller.headers)

    assert answer.status_code == 200
