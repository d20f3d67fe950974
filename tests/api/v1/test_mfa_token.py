"""The token between two factors: it opens the routes that prove one, for minutes and a few tries (SEC-33)."""

import asyncio
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import func, select, update

from app.core import opaque_tokens
from app.core.database import transaction
from app.core.opaque_tokens import TokenPurpose
from app.models import PendingSignIn, Session
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.services.second_factor_service import TRIES_MAX
from tests.api.operations import ABSENT_ID
from tests.factories.account import bearer, make_account
from tests.factories.factors import MFA, begin_login, enrol_totp


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def enrolled(client, resources, account):
    return await enrol_totp(client, resources, account)


class Filled(dict):
    """Fills every name of a path."""

    def __missing__(self, name):
        return ABSENT_ID


def closed_routes(app):
    """Every route that asks for a credential."""
    return [
        (method, route.path_format.format_map(Filled()))
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and route.original_route.access.credentials
        for method in sorted(route.methods)
    ]


async def test_it_opens_no_route_that_asks_for_a_credential(app, client, account, enrolled):
    """SEC-33, SEC-19: made from the application's own list of routes."""
    token = (await begin_login(client, account))["mfa_token"]
    routes = closed_routes(app)

    opened = []
    for method, path in routes:
        for headers in ({"Authorization": f"Bearer {token}"}, {"X-API-Key": token}):
            answer = await client.request(method, path, json={}, headers=headers)
            if answer.status_code != 401:
                opened.append((method, path, answer.status_code))

    assert len(routes) > 50
    assert opened == []


async def test_it_is_no_refresh_token_and_no_other_token_is_one(client, account, enrolled):
    """SEC-19."""
    token = (await begin_login(client, account))["mfa_token"]
    refresh = opaque_tokens.issue(TokenPurpose.REFRESH).token
    access = enrolled.headers["Authorization"].partition(" ")[2]

    refreshed = await client.post("/api/v1/auth/refresh", json={"refresh_token": token})
    others = [
        await client.post(f"{MFA}/totp", json={"mfa_token": each, "code": enrolled.code()})
        for each in (refresh, access, opaque_tokens.issue(TokenPurpose.SECOND_FACTOR).token)
    ]

    assert refreshed.status_code == 401
    assert {answer.json()["code"] for answer in others} == {"invalid_mfa_token"}


async def test_it_dies_after_five_tries_and_its_owner_is_told(client, resources, account, outbox, enrolled):
    """SEC-33; ASVS 5.0, 6.3.5."""
    token = (await begin_login(client, account))["mfa_token"]
    await spend_tries(resources, token, TRIES_MAX - 1)
    last = await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": "000000"})

    dead = await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": enrolled.code()})

    assert last.json()["code"] == "invalid_second_factor"
    assert (dead.status_code, dead.json()["code"]) == (401, "invalid_mfa_token")
    assert (await outbox.to(account.email))[-1].subject == "A second factor failed again and again"


async def spend_tries(resources, token, tries):
    """Fail without filling the limits, which this test is not about."""
    digest = opaque_tokens.digest_of(token, TokenPurpose.SECOND_FACTOR)
    async with transaction(resources.engine) as session:
        pending = update(PendingSignIn).where(PendingSignIn.digest == digest)
        await session.execute(pending.values(tries=PendingSignIn.tries + tries))


async def test_of_twenty_tries_at_once_five_are_looked_at(client, resources, account, enrolled):
    """SEC-33: counting is atomic."""
    token = (await begin_login(client, account))["mfa_token"]
    digest = opaque_tokens.digest_of(token, TokenPurpose.SECOND_FACTOR)

    async def count():
        async with transaction(resources.engine) as session:
            pending = PendingSignInRepository(session)
            return await pending.count_try(digest, tries_max=TRIES_MAX, now=resources.clock())

    counted = await asyncio.gather(*(count() for _ in range(20)))

    assert len([each for each in counted if each is not None]) == TRIES_MAX


async def test_it_dies_after_ten_minutes(client, resources, account, enrolled):
    """SEC-33."""
    token = (await begin_login(client, account))["mfa_token"]
    digest = opaque_tokens.digest_of(token, TokenPurpose.SECOND_FACTOR)
    async with transaction(resources.engine) as session:
        row = (await session.scalars(select(PendingSignIn).where(PendingSignIn.digest == digest))).one()
        assert row.expires_at - resources.clock() <= timedelta(minutes=10)
        row.expires_at = resources.clock()

    answer = await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": enrolled.code()})

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_mfa_token")


async def test_it_works_once(client, account, enrolled):
    """SEC-24, SEC-33: what came before the session dies with it."""
    token = (await begin_login(client, account))["mfa_token"]
    await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": enrolled.code()})

    again = await client.post(
        f"{MFA}/recovery-code", json={"mfa_token": token, "code": enrolled.recovery_codes[0]}
    )

    assert (again.status_code, again.json()["code"]) == (401, "invalid_mfa_token")


async def test_only_its_digest_is_stored(client, resources, account, enrolled):
    token = (await begin_login(client, account))["mfa_token"]

    async with transaction(resources.engine) as session:
        query = select(PendingSignIn).where(PendingSignIn.user_id == account.user.id)
        stored = (await session.scalars(query)).one()

    assert stored.digest == opaque_tokens.digest_of(token, TokenPurpose.SECOND_FACTOR)
    assert token.encode() not in stored.digest


async def test_no_session_is_there_before_the_second_factor(client, resources, account, enrolled):
    """SEC-34."""
    async with transaction(resources.engine) as session:
        count = select(func.count()).where(Session.user_id == account.user.id)
        before = await session.scalar(count)
    await begin_login(client, account)

    async with transaction(resources.engine) as session:
        assert await session.scalar(count) == before


async def test_a_disabled_account_finishes_no_sign_in(client, world, resources, account, enrolled):
    """SEC-51."""
    token = (await begin_login(client, account))["mfa_token"]
    async with transaction(resources.engine) as session:
        user = await session.get_one(type(account.user), account.user.id)
        user.is_active = False

    answer = await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": enrolled.code()})

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_login")


async def test_a_new_password_ends_every_sign_in_under_way(client, account, enrolled):
    """SEC-11: the first factor that was proved is no longer one."""
    token = (await begin_login(client, account))["mfa_token"]
    change = {"current_password": account.password, "new_password": "another long and unusual sentence"}
    changed = await client.put("/api/v1/account/password", json=change, headers=enrolled.headers)

    answer = await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": enrolled.code()})

    assert changed.status_code == 204, changed.text
    assert answer.json()["code"] == "invalid_mfa_token"


async def test_a_step_up_under_way_ends_with_its_session(client, account, enrolled):
    first = await client.post(
        "/api/v1/auth/reauthenticate", json={"password": account.password}, headers=enrolled.headers
    )
    await client.post("/api/v1/auth/logout", headers=enrolled.headers)

    body = {"mfa_token": first.json()["mfa_token"], "code": enrolled.code()}
    answer = await client.post(f"{MFA}/totp", json=body)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_login")


async def test_cookies_are_set_only_when_both_factors_are_proved(client, account, enrolled):
    """SEC-29, SEC-34."""
    headers = {"X-Session-Transport": "cookie", "Origin": "http://test"}
    credentials = {"email": account.email, "password": account.password}
    first = await client.post("/api/v1/auth/login", json=credentials, headers=headers)
    body = {"mfa_token": first.json()["mfa_token"], "code": enrolled.code()}

    second = await client.post(f"{MFA}/totp", json=body, headers=headers)

    assert (first.status_code, second.status_code) == (202, 204)
    assert "set-cookie" not in first.headers
    assert "__Host-" in second.headers["set-cookie"]


async def test_the_trail_tells_both_steps(client, resources, account, enrolled):
    """SEC-63."""
    token = (await begin_login(client, account))["mfa_token"]
    await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": "000000"})
    tokens = await client.post(f"{MFA}/totp", json={"mfa_token": token, "code": enrolled.code()})

    trail = await client.get("/api/v1/users/me/audit-events", headers=bearer(tokens.json()))

    events = [(event["action"], event["details"].get("methods")) for event in trail.json()["items"]]
    assert events[:3] == [
        ("sign_in", "password totp"),
        ("second_factor_failed", None),
        ("second_factor_demanded", "password"),
    ]
