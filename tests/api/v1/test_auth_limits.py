"""The limits of signing in as they are by default, over HTTP, in a database where nobody else signs in."""

import asyncio
import secrets
import time

import httpx2
import pytest

from app.core.settings import Settings
from app.main import create_app
from tests.conftest import make_secrets
from tests.factories import World
from tests.factories.account import PASSWORD, make_account
from tests.factories.databases import own_database

LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"


@pytest.fixture(scope="module")
async def lonely_database_url(database_url):
    """A migrated database of this module's own: the global limit is one bucket for everybody."""
    async with own_database(database_url) as url:
        yield url


@pytest.fixture(scope="module")
async def lonely_app(lonely_database_url):
    settings = Settings(
        environment="test",
        database={"url": lonely_database_url},
        secrets=make_secrets(),
        logging={"level": "warning"},
    )
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
def calling_from(lonely_app):
    """A client at an address."""

    def at(address: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=lonely_app, client=(address, 50_000))
        return httpx2.AsyncClient(transport=transport, base_url="http://test")

    return at


def an_address() -> str:
    return f"2001:db8:{secrets.randbits(16):x}:{secrets.randbits(16):x}::1"


def a_login(email: str | None = None) -> dict:
    return {"email": email or f"{secrets.token_hex(8)}@example.org", "password": PASSWORD}


async def test_a_good_login_does_not_give_its_attempt_back(lonely_app, calling_from):
    """B of the traps: success that clears the counter."""
    account = await make_account(World(lonely_app.state.resources))
    async with calling_from(an_address()) as client:
        statuses = [(await client.post(LOGIN, json=a_login(account.email))).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]


async def refresh_at_once(client, times: int, **headers):
    """The answers to many refreshes, and how many whole seconds they took."""
    started = time.monotonic()
    answers = await asyncio.gather(
        *(client.post(REFRESH, json={"refresh_token": "x"}, headers=headers) for _ in range(times))
    )
    return answers, int(time.monotonic() - started) + 1


async def test_an_address_has_30_attempts_a_minute_whatever_it_tries(calling_from):
    async with calling_from(an_address()) as client:
        answers, seconds = await refresh_at_once(client, 40)

    statuses = [answer.status_code for answer in answers]
    refused = answers[statuses.index(429)]
    # One is regained every two seconds.
    assert 30 <= statuses.count(401) <= 30 + seconds // 2
    assert refused.json()["limit"] == "auth"
    assert 1 <= refused.json()["retry_after_seconds"] <= 2


async def test_a_forwarded_address_that_nobody_vouches_for_is_no_way_out(calling_from):
    """B of the traps: X-Forwarded-For trusted raw."""
    async with calling_from(an_address()) as client:
        await refresh_at_once(client, 30)

        answers, _ = await refresh_at_once(client, 5, **{"X-Forwarded-For": an_address()})

    assert 429 in {answer.status_code for answer in answers}


async def test_all_together_have_600_attempts_a_minute(calling_from):
    started = time.monotonic()
    passed = 0
    refused = None

    for _ in range(30):
        async with calling_from(an_address()) as client:
            answers, _ = await refresh_at_once(client, 30)
        passed += sum(answer.status_code == 401 for answer in answers)
        refused = next((answer for answer in answers if answer.status_code == 429), refused)
        if refused is not None:
            break

    # Ten are regained each second; the tests before this one have used some.
    assert refused is not None
    assert refused.json()["limit"] == "auth_global"
    assert 450 <= passed <= 600 + 10 * (time.monotonic() - started) + 1
