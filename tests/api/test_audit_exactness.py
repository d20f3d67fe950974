"""Every route: what a request has told the audit trail is what its declaration says (SEC-63)."""

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.models import AuditEvent
from tests.api.operations import OPERATIONS
from tests.api.routes import all_routes

EXAMPLES = {str(each): each.example for each in OPERATIONS if each.body_schema}
TWO_ACTIONS = {
    "POST /api/v1/account/deactivation": ["sessions_ended", "account_deactivated"],
}
"""Where one request does two things, each is told."""


@pytest.fixture
def written(resources):
    """Reads the actions that requests have told, by request."""

    async def written(request_ids):
        query = select(AuditEvent.request_id, AuditEvent.action).order_by(AuditEvent.sequence)
        told = {}
        async with transaction(resources.engine) as session:
            for request_id, action in await session.execute(
                query.where(AuditEvent.request_id.in_(request_ids))
            ):
                told.setdefault(request_id, []).append(action)
        return told

    return written


@pytest.mark.parametrize("kind", ["owner", "operator", "nobody"])
async def test_a_request_tells_exactly_what_its_route_declares(app, client, world, written, kind):
    """SEC-63: reads and refusals of the gate tell nothing; each action is told once."""
    answers = {}

    for route in all_routes(app):
        headers = await headers_of(world, kind)
        body = EXAMPLES.get(str(route), {} if route.changes_something else None)
        answer = await client.request(route.method, route.url, json=body, headers=headers)
        answers[answer.headers["x-request-id"]] = (route, answer.status_code)

    told = await written(list(answers))
    surprises = {
        str(route): (status, told.get(request_id, []))
        for request_id, (route, status) in answers.items()
        if not is_declared(route, status, told.get(request_id, []))
    }
    assert surprises == {}


async def headers_of(world, kind):
    """Somebody new for each route: it may end their session, or them."""
    if kind == "nobody":
        return {}
    caller = await (world.operator() if kind == "operator" else world.caller())
    return caller.headers


def is_declared(route, status, actions):
    """Whether a request that came to this may have told this."""
    if not set(actions) <= set(route.access.events):
        return False
    if str(route) in TWO_ACTIONS and status < 400:
        return actions == TWO_ACTIONS[str(route)]
    must_tell = status < 400 and isinstance(route.access.audit, tuple | str) and route.access.audit
    return len(actions) == 1 if must_tell else len(actions) <= 1
