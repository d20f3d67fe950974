"""SEC-53: operators see what somebody sees, for an hour at most; they touch nothing, and the person knows."""

import base64
import json

import pytest
from sqlalchemy import update

from app.core.audit import AuditAction
from app.core.database import transaction
from app.models import Session, User
from tests.api.routes import all_routes
from tests.factories.account import bearer, make_account
from tests.factories.audit import events_about
from tests.factories.gate import verify

USERS = "/api/v1/users"
ME = "/api/v1/users/me"
DRAFT = {"reason": "Ticket 4711"}


@pytest.fixture
async def operator(world):
    return await world.operator()


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
def start(client, operator):
    """Begins to act for somebody."""

    async def start(user, **draft):
        place = f"{USERS}/{user.id}/impersonation"
        return await client.post(place, json={**DRAFT, **draft}, headers=operator.headers)

    return start


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


async def test_the_token_names_who_acts_and_ends_within_the_hour(client, start, operator, account):
    """SEC-53."""
    started = (await start(account.user, duration_seconds=3600)).json()

    claims = claims_of(started["access_token"])
    assert (claims["sub"], claims["act"]) == (str(account.user.id), {"sub": str(operator.user_id)})
    assert claims["exp"] - claims["iat"] == started["expires_in"] == 3600
    assert "refresh_token" not in started
    assert (await client.get(ME, headers=bearer(started))).json()["id"] == str(account.user.id)


@pytest.mark.parametrize("seconds", [59, 3601])
async def test_no_impersonation_lasts_longer_than_an_hour(start, account, seconds):
    """SEC-53."""
    assert (await start(account.user, duration_seconds=seconds)).status_code == 422


async def test_nobody_acts_for_an_operator(world, start):
    """SEC-53."""
    other = await world.operator()
    async with transaction(world.resources.engine) as session:
        user = await session.get_one(User, other.user_id)

    assert (await start(user)).status_code == 409


async def test_the_person_is_told_by_mail_among_the_sessions_and_in_the_trail(
    client, resources, outbox, start, operator, account
):
    """SEC-53."""
    started = (await start(account.user)).json()

    own = bearer(await account.login(client))
    sessions = (await client.get("/api/v1/auth/sessions", headers=own)).json()["items"]
    trail = (await client.get(f"{ME}/audit-events", headers=own)).json()["items"]
    (listed,) = [each for each in sessions if each["id"] == started["session_id"]]
    assert listed["impersonator_id"] == str(operator.user_id)
    (event,) = [each for each in trail if each["action"] == "impersonation_started"]
    assert (event["actor_id"], event["details"]["reason"]) == (str(operator.user_id), "Ticket 4711")
    assert "An operator looked at your account" in [mail.subject for mail in await outbox.to(account.email)]


async def test_what_an_impersonator_does_names_both(client, resources, start, operator, account):
    started = (await start(account.user)).json()

    answer = await client.post("/api/v1/auth/logout", headers=bearer(started))

    assert answer.status_code == 204
    (event,) = await events_about(resources.engine, account.user.id, AuditAction.SIGN_OUT)
    assert (event.actor_id, event.impersonator_id) == (account.user.id, operator.user_id)


async def test_an_impersonator_touches_nothing(app, client, start, account):
    """SEC-53: every route that changes something refuses, whatever it is about."""
    started = (await start(account.user)).json()

    accepted = set()
    for route in all_routes(app):
        if route.changes_something and route.access.credentials and not route.access.at_the_gate:
            answer = await client.request(route.method, route.url, json={}, headers=bearer(started))
            if answer.status_code != 403:
                accepted.add(str(route))
            if str(route) == "POST /api/v1/auth/logout":
                started = (await start(account.user)).json()

    assert accepted == {"POST /api/v1/auth/logout", "POST /api/v1/auth/introspect"}
    assert (await client.get(ME, headers=bearer(started))).status_code == 200


async def test_an_impersonator_spends_nothing_through_another_api(client, world, start, account):
    """SEC-53."""
    started = (await start(account.user)).json()

    verdict = await verify(client, await world.service_key(), started["access_token"], cost=5)

    assert (verdict["valid"], verdict["code"]) == (False, "NOT_FOUND")


async def test_the_token_without_its_actor_and_the_session_under_another_token_are_refused(
    client, resources, start, account
):
    """SEC-53: the claim and the session must name the same operator."""
    started = (await start(account.user)).json()
    session_id = claims_of(started["access_token"])["sid"]
    plain = resources.access_tokens.issue(account.user.id, session_id, resources.clock())

    answer = await client.get(ME, headers={"Authorization": f"Bearer {plain}"})

    assert answer.status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_operator": False}])
async def test_an_operator_who_is_one_no_more_sees_no_more(
    client, resources, start, operator, account, change
):
    """SEC-21, SEC-53."""
    started = (await start(account.user)).json()
    assert (await client.get(ME, headers=bearer(started))).status_code == 200

    async with transaction(resources.engine) as session:
        await session.execute(update(User).where(User.id == operator.user_id).values(**change))

    assert (await client.get(ME, headers=bearer(started))).status_code == 401


async def test_only_a_fresh_proof_starts_it(client, resources, operator, account):
    """SEC-12, SEC-53."""
    async with transaction(resources.engine) as session:
        stale = update(Session).where(Session.id == operator.session_id)
        await session.execute(stale.values(authenticated_at=resources.clock().replace(year=2020)))

    answer = await client.post(
        f"{USERS}/{account.user.id}/impersonation", json=DRAFT, headers=operator.headers
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")


async def test_who_is_signed_out_everywhere_acts_for_nobody_any_more(client, world, start, operator, account):
    """SEC-21, SEC-53: a thief of an operator's account keeps nothing when its sessions are ended."""
    started = (await start(account.user)).json()
    another = await world.operator()

    await client.delete(f"{USERS}/{operator.user_id}/sessions", headers=another.headers)

    assert (await client.get(ME, headers=bearer(started))).status_code == 401
