"""Schemathesis, all phases, over the OpenAPI document and a real server: no surprise, whatever is sent."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import Caller

pytestmark = pytest.mark.long

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
SECONDS_MAX = 240
FAREWELLS = ["logout", "end_session", "end_all_sessions", "suspend_organization"]
"""After these the caller's credential opens nothing more, so they get callers of their own."""


def fuzz(url: str, caller: Caller, folder: Path, *selection: str) -> subprocess.CompletedProcess:
    """Run schemathesis as one runs it by hand; always in the caller's organization, else most is a 404."""
    headers = {**caller.headers, "X-Organization": str(caller.organization_id)}
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
            *("run", f"{url}/openapi.json"),
            *(argument for name in headers for argument in ("--header", f"{name}: {headers[name]}")),
            *selection,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def choose(option: str) -> list[str]:
    """Select operations: `choose("--exclude-operation-id")`."""
    return [argument for operation in FAREWELLS for argument in (option, operation)]


@pytest.mark.parametrize("role", ["customer", "operator"])
async def test_no_request_gets_an_answer_that_is_not_documented(server, world, role, tmp_path):
    """SEC-60."""
    caller = await world.operator() if role == "operator" else await world.caller()

    fuzzing = fuzz(server.url, caller, tmp_path, *choose("--exclude-operation-id"))

    assert fuzzing.returncode == 0, fuzzing.stdout


async def test_no_farewell_gets_an_answer_that_is_not_documented(server, world, tmp_path):
    caller = await world.operator()

    fuzzing = fuzz(server.url, caller, tmp_path, *choose("--include-operation-id"))

    assert fuzzing.returncode == 0, fuzzing.stdout
