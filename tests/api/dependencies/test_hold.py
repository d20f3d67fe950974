"""The guard of a price that is known only after the work: settled with what was used, or released."""

import asyncio

import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from app.api.access import NOTHING, credential
from app.api.dependencies.guards import Hold, MeterDep
from app.api.strict_route import StrictRoute
from app.core.exceptions import ConflictError
from tests.api.dependencies.guarded import connect, mount

MAX = 50
router = APIRouter(prefix="/test-holds", route_class=StrictRoute)
held = [credential(hold=Hold(MAX, reason="test.report"), audit=NOTHING)]


@router.post("/plain", dependencies=held)
async def plain(meter: MeterDep) -> None:
    meter.use(30)


@router.post("/idle", dependencies=held)
async def idle() -> None: ...


@router.post("/failing", dependencies=held)
async def failing(meter: MeterDep) -> None:
    meter.use(30)
    message = "Not like this."
    raise ConflictError(message)


@router.post("/greedy", dependencies=held)
async def greedy(meter: MeterDep) -> None:
    meter.use(MAX + 1)


@router.post("/stream", dependencies=held)
async def stream(meter: MeterDep) -> StreamingResponse:
    return StreamingResponse(meter.stream(chunks(meter, 4)))


@router.post("/breaking", dependencies=held)
async def breaking(meter: MeterDep) -> StreamingResponse:
    return StreamingResponse(meter.stream(chunks(meter, 99)))


async def chunks(meter, number):
    """As many as there are credits for, ten each."""
    for _ in range(number):
        meter.use(10)
        yield b"chunk"
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application) as client:
        yield client


@pytest.fixture
async def caller(world):
    return await world.caller(credits=100)


async def moves(world, caller):
    entries = (await world.entries(caller.organization_id))[1:]
    return [(entry.kind, entry.moved, entry.reason) for entry in entries]


SETTLED = {
    "plain": [("hold", 50, "test.report"), ("settle", 30, "test.report"), ("release", 20, "test.report")],
    "stream": [("hold", 50, "test.report"), ("settle", 40, "test.report"), ("release", 10, "test.report")],
}
RELEASED = [("hold", 50, "test.report"), ("release", 50, "test.report")]


@pytest.mark.parametrize("path", SETTLED)
async def test_a_hold_is_settled_with_what_was_used(http, world, caller, path):
    answer = await http.post(f"/test-holds/{path}", headers=caller.headers)

    assert answer.status_code == 200
    assert await moves(world, caller) == SETTLED[path]


@pytest.mark.parametrize(("path", "status"), [("idle", 200), ("failing", 409), ("greedy", 402)])
async def test_a_hold_is_released_if_the_work_fails_or_uses_nothing(http, world, caller, path, status):
    answer = await http.post(f"/test-holds/{path}", headers=caller.headers)

    assert answer.status_code == status
    assert await moves(world, caller) == RELEASED


async def test_what_cannot_be_held_is_refused_before_the_work_begins(http, world):
    poor = await world.caller(credits=MAX - 1)

    answer = await http.post("/test-holds/plain", headers=poor.headers)

    assert (answer.status_code, await moves(world, poor)) == (402, [])


async def post_and_leave(application, path, caller):
    """Read the first chunk of the answer, and go away."""
    headers = [(name.lower().encode(), value.encode()) for name, value in caller.headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"test"), *headers],
        "client": ("192.0.2.1", 1234),
        "server": ("test", 80),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.body":
            raise OSError

    await application(scope, receive, send)


async def test_a_hold_is_released_when_the_client_goes_away(application, world, caller):
    with pytest.raises(BaseException):  # noqa: B017, PT011 -- whatever the server is told, the hold ends
        await post_and_leave(application, "/test-holds/stream", caller)

    assert await moves(world, caller) == RELEASED


async def test_a_hold_is_released_when_a_stream_breaks(http, world, caller):
    await http.post("/test-holds/breaking", headers=caller.headers)

    assert await moves(world, caller) == RELEASED
