"""Every route for every kind of caller: what the golden table says, and nothing else (SEC-50, SEC-51)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete

from app.core.database import transaction
from app.core.roles import Role
from app.core.scopes import MEMBER_SCOPES, OPERATOR_SCOPES
from app.models import Membership
from tests.api.routes import all_routes
from tests.architecture.test_access import ACCESS
from tests.factories import Caller
from tests.factories.account import make_account
from tests.factories.factors import begin_login, enrol_totp

BODIES = {
    "POST /api/v1/verify": {"key": "x"},
    "POST /api/v1/verify/batch": {"items": [{"key": "x"}]},
}
"""Where the caller is decided together with the question, there must be one."""
REFUSALS = {"insufficient_scope", "session_required", "reauthentication_required"}
HELD = {
    **{role.value: role.scopes for role in Role},
    "operator": OPERATOR_SCOPES | Role.OWNER.scopes,
    "stale": Role.OWNER.scopes,
    "key": MEMBER_SCOPES,
    "bare_key": frozenset(),
}
"""The scopes of every kind of caller whom the gate lets in."""


def refusal_of(demands, kind):
    """The code with which a route that demands this must refuse this kind of caller; None: it must not."""
    who, *words = demands.split()
    scopes = {word for word in words if ":" in word}
    if who == "session" and "key" in kind:
        return "session_required"
    if "fresh" in words and kind == "stale":
        return "reauthentication_required"
    return None if scopes <= HELD[kind] else "insufficient_scope"


@pytest.fixture
def make(world, resources):
    """Makes a new caller of a kind."""

    async def make(kind):
        if kind == "operator":
            return await world.operator()
        if kind in {"key", "bare_key"}:
            organization = await world.organization()
            key = await world.api_key(organization, scopes=sorted(HELD[kind]))
            return Caller(organization.id, await world.owner_of(organization.id), key.headers)
        organization, person = await world.organization(), await world.user()
        role = kind if kind in set(Role) else "owner"
        await world.member(organization, person, role=role)
        stale = {"authenticated_at": resources.clock() - timedelta(hours=1)} if kind == "stale" else {}
        return await world.session_caller(person, organization, **stale)

    return make


@pytest.mark.parametrize("kind", HELD)
async def test_a_route_refuses_whom_the_table_keeps_out_and_nobody_else(app, client, make, kind):
    """SEC-50."""
    caller, surprises = await make(kind), {}

    for route in all_routes(app):
        demands = ACCESS[str(route)]
        if demands.startswith("public"):
            continue
        expected = refusal_of(demands, kind)
        body = BODIES.get(str(route), {} if route.changes_something else None)
        answer = await client.request(route.method, route.url, json=body, headers=caller.headers)
        told = answer.json().get("code") if answer.status_code == 403 else None
        code = told if told in REFUSALS else None
        if code != expected or answer.status_code in {401, 500}:
            surprises[str(route)] = (expected, answer.status_code, answer.text[:200])
        if route.changes_something and expected is None:
            # It may have ended the caller's session, or the caller.
            caller = await make(kind)

    assert surprises == {}


async def banned(client, world, _resources):
    operator, person = await world.operator(), await world.caller()
    place = f"/api/v1/users/{person.user_id}/ban"
    assert (await client.put(place, json={"reason": "x"}, headers=operator.headers)).status_code == 200
    return person.headers


async def who_left(_client, world, resources):
    person = await world.caller()
    async with transaction(resources.engine) as session:
        await session.execute(delete(Membership).where(Membership.user_id == person.user_id))
    return person.headers


async def ended_session(client, world, _resources):
    person = await world.caller()
    assert (await client.post("/api/v1/auth/logout", headers=person.headers)).status_code == 204
    return person.headers


async def expired_session(_client, world, resources):
    organization, person = await world.organization(), await world.user()
    await world.member(organization, person, role="owner")
    past = resources.clock() - timedelta(seconds=1)
    return (await world.session_caller(person, organization, expires_at=past)).headers


async def revoked_key(_client, world, resources):
    key = await world.api_key(await world.organization(), revoked_at=resources.clock())
    return key.headers


async def expired_key(_client, world, resources):
    past = resources.clock() - timedelta(seconds=1)
    return (await world.api_key(await world.organization(), expires_at=past)).headers


async def disabled_key(_client, world, _resources):
    return (await world.api_key(await world.organization(), enabled=False)).headers


async def half_signed_in(client, world, resources):
    account = await make_account(world)
    await enrol_totp(client, resources, account)
    token = (await begin_login(client, account))["mfa_token"]
    return {"Authorization": f"Bearer {token}"}


async def anonymous(_client, _world, _resources):
    return {}


NOBODY = [
    anonymous, banned, who_left, ended_session, expired_session, revoked_key, expired_key, disabled_key,
    half_signed_in,
]  # fmt: skip


@pytest.mark.parametrize("become", NOBODY, ids=lambda become: become.__name__)
async def test_whom_the_gate_does_not_know_no_closed_route_answers(app, client, world, resources, become):
    """SEC-36, SEC-50, SEC-51: alike on every route, whatever the credential was."""
    headers = await become(client, world, resources)
    closed = [route for route in all_routes(app) if not ACCESS[str(route)].startswith("public")]

    answers = await asyncio.gather(
        *(
            client.request(
                route.method,
                route.url,
                json=BODIES.get(str(route), {} if route.changes_something else None),
                headers=headers,
            )
            for route in closed
        )
    )

    statuses = zip(map(str, closed), [answer.status_code for answer in answers], strict=True)
    assert {route: status for route, status in statuses if status != 401} == {}


async def test_the_open_routes_ask_nobody_who_they_are(app, client):
    """SEC-50."""
    asked = {}

    for route in all_routes(app):
        if ACCESS[str(route)].startswith("public"):
            body = {} if route.changes_something else None
            answer = await client.request(route.method, route.url, json=body)
            if answer.status_code in {401, 403} and answer.json()["code"] == "unauthenticated":
                asked[str(route)] = answer.status_code

    assert asked == {}
