"""The ten-line clients, to the letter, where their runtime is: an API of each kind asks a real server."""

import asyncio
import json
import os
import shutil

import pytest

from tests.docs.documents import Document

pytestmark = pytest.mark.long

PAGE = "docs/recipes/clients.md"
RUN_SECONDS_MAX = 120
PYTHON = """
import json, os
from client import verify
status, headers, verdict = verify(os.environ["URL"], os.environ["SERVICE"], os.environ["KEY"], cost=5)
print(json.dumps([status, headers, verdict["code"]]))
"""
JAVASCRIPT = """
import { verify } from "./client.mjs";
const { URL: url, SERVICE, KEY } = process.env;
const { status, headers, verdict } = await verify(url, SERVICE, KEY, { cost: 5 });
console.log(JSON.stringify([status, headers, verdict.code]));
"""
GO = """
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"example.org/api/gate"
)

func main() {
	question := map[string]any{"key": os.Getenv("KEY"), "cost": 5}
	code, verdict, err := gate.Verify(os.Getenv("URL"), os.Getenv("SERVICE"), question)
	if err != nil {
		panic(err)
	}
	told, _ := json.Marshal([]any{code, verdict.Headers, verdict.Code})
	fmt.Println(string(told))
}
"""
GO_HANDLER = """
package main

import (
	"net/http"

	"example.org/api/gate"
)

func handle(w http.ResponseWriter, url, serviceKey, key string) {
	// The page's second block stands here: it compiles.
	%s
}
"""
MODULE = "module example.org/api\n\ngo 1.19\n"
CLIENTS = {
    "python": ("python3", {"client.py": 0, "main.py": PYTHON}, ["python3", "main.py"]),
    "javascript": ("node", {"client.mjs": 0, "main.mjs": JAVASCRIPT}, ["node", "main.mjs"]),
    "go": (
        "go",
        {
            "gate/gate.go": 0,
            "handler.go": GO_HANDLER,
            "main.go": GO,
            "go.mod": MODULE,
        },
        ["go", "run", "."],
    ),
}


def require_runtime(name):
    """Go on only where the runtime is."""
    if shutil.which(name) is None:
        if name == "node" and os.environ.get("FAREGATE_TEST_NODE") == "required":
            pytest.fail("Node.js is missing: the client in JavaScript is not run")
        pytest.skip(f"{name} is missing: the client in its language is not run")


@pytest.fixture(params=CLIENTS)
def ask(request, faregate, tmp_path, world):
    """Runs a client of the page in a folder of its own; what it tells its API."""
    runtime, files, command = CLIENTS[request.param]
    require_runtime(runtime)
    code, *more = [block.text for block in Document(PAGE).blocks if block.language == request.param]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((text % more[0] if text is GO_HANDLER else text) or code)

    async def ask(service, key):
        url = f"http://127.0.0.1:{faregate}"
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "URL": url,
            "SERVICE": service.api_key,
            "KEY": key,
            "GOCACHE": str(tmp_path / "cache"),
        }
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=tmp_path,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(RUN_SECONDS_MAX):
            printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
        return json.loads(printed)

    return ask


async def test_a_client_copies_the_headers_of_every_verdict(ask, world):
    plan = await world.plan(minute=(1, 3_600))
    service, key = await world.service_key(), await world.api_key(await world.organization(plan=plan))

    passed, limited, unknown = [await ask(service, each) for each in (key.api_key, key.api_key, "nonsense")]

    assert (passed[0], passed[2]) == (200, "VALID")
    assert passed[1]["RateLimit-Policy"] == '"minute";q=1;w=3600'
    assert (limited[0], limited[2]) == (429, "RATE_LIMITED")
    assert int(limited[1]["Retry-After"]) > 3_000
    assert unknown == [401, {}, "NOT_FOUND"]
