"""Every limit that a route declares really answers 429, each by itself (SEC-56, and B of the traps)."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import text

from app.core import opaque_tokens
from app.core.auth_action import AuthAction
from app.core.database import transaction
from app.core.opaque_tokens import TokenPurpose
from app.core.settings import Settings
from app.main import create_app
from app.models import PendingSignIn
from app.services.auth_limits import ACCOUNT_LIMITS
from tests.api.operations import OPERATIONS
from tests.api.routes import ABSENT_ID, all_routes
from tests.conftest import make_secrets
from tests.factories import World
from tests.factories.databases import own_database

EXAMPLES = {str(each): each for each in OPERATIONS if each.body_schema}
FORMS = {"POST /api/v1/auth/revoke": {"token": "x"}}
QUERIES = {"GET /api/v1/auth/providers/{name}/callback": {"state": "x" * 48, "code": "x"}}
USED_UP = text(
    "INSERT INTO rate_limit_states (subject, name, tat_us)"
    " VALUES (:subject, :name, extract(epoch FROM now() + interval '1 hour') * 1000000)"
)
BY_SECRET_ALONE = {
    "POST /api/v1/auth/sign-up/link",
    "POST /api/v1/account/email/link",
}
"""A link's token is nothing that anybody guesses: it names no account before it is found."""


@pytest.fixture(scope="module")
async def lonely_app(database_url):
    """An application on a database of its own, because some limits are one bucket for everybody."""
    async with own_database(database_url) as url:
        application = create_app(
            Settings(
                environment="test",
                database={"url": url},
                secrets=make_secrets(),
                sessions={"argon2_memory_kib": 19_456},
                limits={
                    "auth_per_address": 1000,
                    "auth_global": 1000,
                    "login_per_account_and_address": 1,
                    "codes_per_account": 1,
                    "mails_per_account_hourly": 1,
                    "invitations_per_member_hourly": 1,
                },
                logging={"level": "warning"},
            )
        )
        async with application.router.lifespan_context(application):
            yield application


@pytest.fixture
def lonely_world(lonely_app):
    return World(lonely_app.state.resources)


@pytest.fixture
def use_up(lonely_app):
    """Leaves nothing of a bucket for an hour."""

    async def use_up(subject: str, name: str) -> None:
        async with transaction(lonely_app.state.resources.engine) as session:
            await session.execute(USED_UP, {"subject": subject, "name": name})

    return use_up


@pytest.fixture
def lonely_client(lonely_app):
    """A client at an address."""

    def at(address: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=lonely_app, client=(address, 50_000))
        return httpx2.AsyncClient(transport=transport, base_url="http://test")

    return at


def attempts_of(app):
    """Each route with each action that it declares."""
    return [(route, action) for route in all_routes(app) for action in route.access.attempts]


def request_to(route, caller, **members) -> dict:
    """What a route is called with, by somebody who may."""
    example = example_of(route)
    return {
        "method": route.method,
        "url": route.url.replace(ABSENT_ID, str(caller.organization_id)),
        "json": {**example, **members} if isinstance(example, dict) else example,
        "data": FORMS.get(str(route)),
        "params": QUERIES.get(str(route)),
        "headers": caller.headers if route.access.credentials else {},
    }


def example_of(route) -> object:
    """A body that is fine, or None."""
    return EXAMPLES[str(route)].example if str(route) in EXAMPLES else None


async def refusal_of(client, request) -> tuple[int, str | None]:
    """How a request was refused, and by which limit."""
    answer = await client.request(**request)
    return answer.status_code, answer.json().get("limit") if answer.status_code == 429 else answer.text


async def test_every_attempt_is_refused_when_its_address_has_none_left(
    lonely_app, lonely_world, lonely_client, use_up
):
    caller = await lonely_world.caller()
    await use_up("ip:192.0.2.1", "auth")

    async with lonely_client("192.0.2.1") as client:
        answers = {
            str(route): await refusal_of(client, request_to(route, caller))
            for route, _ in attempts_of(lonely_app)
        }

    assert set(answers.values()) == {(429, "auth")}, answers


async def test_every_declared_action_is_refused_when_nobody_may_do_it_any_more(
    lonely_app, lonely_world, lonely_client, use_up
):
    caller = await lonely_world.caller()
    answers = {}

    for action in AuthAction:
        await use_up(f"all:{action}", "auth_global")
        async with lonely_client("192.0.2.2") as client:
            for route in (route for route, declared in attempts_of(lonely_app) if declared is action):
                answers[f"{route} {action}"] = await refusal_of(client, request_to(route, caller))
        await forget_limits(lonely_app)

    assert {name.rpartition(" ")[2] for name in answers} == set(AuthAction)
    assert set(answers.values()) == {(429, "auth_global")}, answers


async def forget_limits(app):
    """Let every bucket be full."""
    async with transaction(app.state.resources.engine) as session:
        await session.execute(text("DELETE FROM rate_limit_states"))


@pytest.fixture
def make_mfa_token(lonely_app):
    """A sign-in that waits for its second factor."""

    async def make(user_id) -> str:
        issued = opaque_tokens.issue(TokenPurpose.SECOND_FACTOR)
        expires_at = datetime.now(UTC) + timedelta(minutes=5)
        await World(lonely_app.state.resources).save(
            PendingSignIn(user_id=user_id, digest=issued.digest, methods=["password"], expires_at=expires_at)
        )
        return issued.token

    return make


async def test_every_action_that_is_done_to_an_account_is_refused_for_that_account(
    lonely_app, lonely_world, lonely_client, make_mfa_token
):
    """SEC-56: each route knows whose account it is before it does any work."""
    answers, expected = {}, {}

    for number, (route, action) in enumerate(attempts_of(lonely_app)):
        if action not in ACCOUNT_LIMITS or str(route) in BY_SECRET_ALONE:
            continue
        first, second = await pair_of_callers(lonely_world, action)
        body = await body_for(route, first, make_mfa_token)
        async with lonely_client(f"192.0.2.{number + 10}") as client:
            await client.request(**request_to(route, first, **body))
            answers[f"{route} {action}"] = await refusal_of(client, request_to(route, second, **body))
        expected[f"{route} {action}"] = (429, ACCOUNT_LIMITS[action].name)

    assert answers == expected


async def pair_of_callers(world, action):
    """Who calls first and then: twice the same, unless the account is that of whom they write to."""
    caller = await world.caller()
    return caller, await world.caller() if action is AuthAction.INVITE else caller


async def body_for(route, caller, make_mfa_token):
    """What a body must have so that it names the same account twice."""
    if "/mfa/" in route.path:
        return {"mfa_token": await make_mfa_token(caller.user_id)}
    example = example_of(route) or {}
    return {"email": example["email"]} if "email" in example else {}


async def test_every_limit_of_a_route_is_refused_when_it_is_used_up(
    lonely_app, lonely_world, lonely_client, use_up
):
    caller = await lonely_world.operator()
    whose = ("ip:192.0.2.3", f"user:{caller.user_id}", f"org:{caller.organization_id}")
    limited = [(route, limit) for route in all_routes(lonely_app) for limit in route.access.limits]
    for name in {limit.name for _, limit in limited}:
        for subject in whose:
            await use_up(subject, name if subject.startswith("ip:") else f"route:{name}")

    async with lonely_client("192.0.2.3") as client:
        answers = {str(route): await refusal_of(client, request_to(route, caller)) for route, _ in limited}

    assert {str(route) for route, _ in limited} == set(answers)
    assert {status for status, _ in answers.values()} == {429}, answers
