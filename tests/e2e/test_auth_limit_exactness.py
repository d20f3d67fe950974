"""The limits of auth actions are exact through two processes (SEC-56)."""

import asyncio
import secrets
from collections import Counter

import httpx2
import pytest

from tests.e2e.servers import Server

pytestmark = pytest.mark.long

CALLS = 40
MAILS_HOURLY = 5


@pytest.fixture
def two_servers(settings, tmp_path):
    roomy = {f"FAREGATE_LIMITS__{name}": "1000000" for name in ("AUTH_PER_ADDRESS", "AUTH_GLOBAL")}
    servers = [Server(settings, tmp_path, **roomy) for _ in range(2)]
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.await_ready()
        yield servers
    finally:
        for server in servers:
            server.stop()


async def test_of_forty_calls_at_once_through_two_processes_exactly_the_quota_passes(two_servers):
    """SEC-56: one unit is regained in twelve minutes, so that the number is exact."""
    email = f"{secrets.token_hex(8)}@example.org"
    async with httpx2.AsyncClient(timeout=30) as client:
        answers = await asyncio.gather(
            *(
                client.post(f"{two_servers[n % 2].url}/api/v1/auth/password-reset", json={"email": email})
                for n in range(CALLS)
            )
        )

    refused = [answer for answer in answers if answer.status_code == 429]
    assert Counter(answer.status_code for answer in answers) == {202: MAILS_HOURLY, 429: CALLS - MAILS_HOURLY}
    assert {answer.json()["limit"] for answer in refused} == {"mails"}
    assert all(600 < int(answer.headers["Retry-After"]) <= 720 for answer in refused)
