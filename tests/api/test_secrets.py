"""Canaries: a secret in any place of a request is in no answer, and in no line of the log."""

import asyncio
import json
import secrets

import pytest

from app.core.logging import configure_logging
from app.main import create_app
from tests.middleware.conftest import calling


@pytest.fixture
async def talkative(settings):
    """A started application that logs everything there is, as JSON."""
    logging = settings.logging.model_copy(update={"level": "debug", "format": "json"})
    application = create_app(settings.model_copy(update={"logging": logging}))
    async with application.router.lifespan_context(application):
        yield application
    configure_logging(settings.logging, settings.environment)


@pytest.fixture
def canary():
    """A secret that looks like a key and is none."""
    return f"fg_live_{secrets.token_hex(25)}"


def requests_with(canary):
    """The secret in each place where a caller may put it by mistake."""
    bearer = {"Authorization": f"Bearer {canary}"}
    return [
        ("GET", "/api/v1/users/me", {"headers": bearer}),
        ("GET", "/api/v1/users/me", {"headers": {"X-API-Key": canary}}),
        ("GET", "/api/v1/users/me", {"headers": {"Authorization": f"Basic {canary}"}}),
        ("GET", "/api/v1/users/me", {"headers": {"X-Request-ID": canary}}),
        ("GET", "/api/v1/users/me", {"headers": {"Cookie": f"session={canary}", "User-Agent": canary}}),
        ("GET", f"/api/v1/{canary}", {}),
        ("GET", f"/problems/{canary}", {}),
        ("GET", f"/api/v1/blog-posts?token={canary}", {}),
        ("GET", f"/api/v1/blog-posts?{canary}=1", {}),
        ("GET", f"/api/v1/blog-posts?size={canary}", {}),
        ("GET", f"/api/v1/blog-posts?sort={canary}", {}),
        ("GET", f"/api/v1/blog-posts/{canary}", {"headers": bearer}),
        ("POST", "/api/v1/auth/login", {"json": {"email": f"{canary}@example.org", "password": canary}}),
        ("POST", "/api/v1/auth/login", {"json": {"email": canary, "password": canary}}),
        ("POST", "/api/v1/auth/login", {"json": {"email": "a@example.org", "password": [canary], canary: 1}}),
        ("POST", "/api/v1/auth/refresh", {"json": {"refresh_token": canary}}),
        ("POST", "/api/v1/auth/login", {"content": f'{{"password": "{canary}', "headers": JSON}),
        ("POST", "/api/v1/auth/login", {"content": canary, "headers": {"Content-Type": canary}}),
        ("POST", "/api/v1/verify", {"json": {"key": canary, "ip": canary}, "headers": bearer}),
        ("BREW", f"/{canary}", {}),
    ]


JSON = {"Content-Type": "application/json"}


async def test_a_secret_in_any_place_is_in_no_answer_and_in_no_log(talkative, canary, capsys):
    """SEC-30."""
    async with calling(talkative) as http:
        for method, path, parts in requests_with(canary):
            answer = await http.request(method, path, **parts)

            assert answer.status_code >= 400
            told = answer.text + json.dumps(list(answer.headers.multi_items()))
            assert canary.removeprefix("fg_live_") not in told, (method, path)

    await asyncio.sleep(0)  # the lines of this turn of the loop
    written = capsys.readouterr()
    assert written.out.count('"event":"request"') == len(requests_with(canary))
    assert canary.removeprefix("fg_live_") not in written.out + written.err


async def test_real_credentials_are_in_no_log(talkative, world, capsys):
    callers = [await world.caller(by="session"), await world.caller(by="api_key")]
    service = await world.service_key()

    async with calling(talkative) as http:
        for caller in callers:
            assert (await http.get("/api/v1/users/me", headers=caller.headers)).status_code == 200
            await http.get(f"/api/v1/{caller.credential}?{caller.credential}", headers=caller.headers)
            await http.post(
                "/api/v1/verify", json={"key": caller.credential, "ip": "x"}, headers=service.headers
            )
            verdict = await http.post(
                "/api/v1/verify", json={"key": caller.credential}, headers=service.headers
            )
            assert verdict.json()["valid"] is True

    await asyncio.sleep(0)  # the lines of this turn of the loop
    written = capsys.readouterr()
    for secret in (service.api_key, *(caller.credential for caller in callers)):
        assert secret not in written.out + written.err
        assert secret[-20:] not in written.out + written.err
    assert f'"subject":"key:{callers[1].key_id}"' in written.out
