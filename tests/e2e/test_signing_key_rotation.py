"""`faregate rotate-signing-key` while several processes serve (SEC-27)."""

import asyncio
import base64
import json
from collections import Counter
from datetime import UTC, datetime

import httpx2
import pytest

from app.core.settings import Settings
from app.main import create_app
from tests.conftest import ENCRYPTION_KEY, make_secrets
from tests.e2e.launch import command
from tests.e2e.servers import Server
from tests.factories import World
from tests.factories.databases import own_database

pytestmark = pytest.mark.long

NOTICED_SECONDS_MAX = 20


@pytest.fixture
async def application(database_url):
    """One process of ours, on a database whose keys are an hour old."""
    async with own_database(database_url) as url:
        settings = Settings(
            environment="test",
            database={"url": url},
            secrets=make_secrets(),
            logging={"level": "warning"},
        )
        application = create_app(settings)
        async with application.router.lifespan_context(application):
            await make_older(application.state.resources)
            yield application


async def make_older(resources):
    """Let the keys have been published long ago."""
    async with resources.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE signing_keys SET created_at = now() - interval '1 hour', "
            "promoted_at = promoted_at - interval '1 hour'"
        )


@pytest.fixture
def servers(application, tmp_path):
    """Two more."""
    settings = application.state.resources.settings
    started = [Server(settings, tmp_path) for _ in range(2)]
    try:
        for server in started:
            server.start()
        for server in started:
            server.await_ready()
        yield started
    finally:
        for server in started:
            server.stop()


def kid_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]


async def published_kids(server):
    async with httpx2.AsyncClient(base_url=server.url) as client:
        keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
    return [key["kid"] for key in keys]


async def test_a_rotation_under_load_through_two_processes_refuses_nobody(
    application, servers, database_url, tmp_path
):
    """SEC-27: rotate under load."""
    resources = application.state.resources
    caller = await World(resources).caller()
    old_token = caller.credential
    old_kids = await published_kids(servers[0])
    statuses, kids = Counter(), set()

    async def call(server, *, until):
        async with httpx2.AsyncClient(base_url=server.url) as client:
            while not until.is_set():
                new_token = resources.access_tokens.issue(
                    caller.user_id, caller.session_id, datetime.now(UTC)
                )
                kids.add(kid_of(new_token))
                for token in (old_token, new_token):
                    answer = await client.get(
                        "/api/v1/users/me", headers={"Authorization": f"Bearer {token}"}
                    )
                    statuses[answer.status_code] += 1
                await asyncio.sleep(0.02)

    done = asyncio.Event()
    calls = [asyncio.create_task(call(server, until=done)) for server in servers]
    rotated = await asyncio.to_thread(
        command,
        tmp_path,
        "rotate-signing-key",
        DATABASE_URL=resources.settings.database.url.get_secret_value(),
        FAREGATE_SECRETS__ENCRYPTION_KEY=ENCRYPTION_KEY,
    )
    async with asyncio.timeout(NOTICED_SECONDS_MAX):
        while len(kids) < 2 or [len(await published_kids(server)) for server in servers] != [3, 3]:
            await asyncio.sleep(0.1)
    done.set()
    await asyncio.gather(*calls)

    assert rotated.returncode == 0, rotated.stderr
    assert f"The key {old_kids[1]} signs now." in rotated.stdout
    assert set(statuses) == {200}
    assert statuses[200] > 100
    assert kids == set(old_kids)
    assert {kids[0] for kids in [await published_kids(server) for server in servers]} == {old_kids[1]}


async def test_a_second_rotation_changes_nothing_and_a_forced_one_waits_for_every_process(
    application, tmp_path
):
    resources = application.state.resources
    environment = {
        "DATABASE_URL": resources.settings.database.url.get_secret_value(),
        "FAREGATE_SECRETS__ENCRYPTION_KEY": ENCRYPTION_KEY,
    }

    def rotate(*options):
        return command(tmp_path, "rotate-signing-key", *options, **environment)

    first = await asyncio.to_thread(rotate)
    second = await asyncio.to_thread(rotate)
    forced = await asyncio.to_thread(rotate, "--compromised")

    assert "signs now" in first.stdout
    assert second.returncode == 0
    assert "Nothing was changed." in second.stdout
    assert "seconds until every process knows the next key." in forced.stdout
    assert "Ended 2 old keys" in forced.stdout
