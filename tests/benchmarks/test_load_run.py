import asyncio

import pytest

from benchmarks.http_connection import is_whole
from benchmarks.http_requests import Load
from benchmarks.load_run import ClosedRun, OpenRun

LOAD = Load([b"GET /1 HTTP/1.1\r\n\r\n", b"GET /2 HTTP/1.1\r\n\r\n"], b'"valid":true')
GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"valid":true}'
REFUSED = b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"valid":false}'


@pytest.fixture
async def serve():
    """Starts a server that answers each request with what `reply(request)` gives; its port."""
    servers = []

    async def start(reply):
        async def talk(reader, writer):
            while request := await reader.readline():
                await reader.readline()
                writer.write(await reply(request))
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        servers.append(server)
        return server.sockets[0].getsockname()[1]

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


async def test_closed_load_takes_turns_and_counts_every_answer(serve):
    asked = []

    async def reply(request):
        asked.append(request)
        await asyncio.sleep(0)
        return GOOD

    result = await asyncio.to_thread(ClosedRun(LOAD, seconds=0.05, start=1).run, await serve(reply), 1)

    assert result.completed == len(asked) > 1
    assert [request[5:6] for request in asked[:3]] == [b"2", b"1", b"2"]
    assert result.failures == 0


async def test_an_answer_that_says_something_else_is_a_failure(serve):
    async def reply(request):
        return GOOD if request.startswith(b"GET /1") else REFUSED

    result = await asyncio.to_thread(OpenRun(LOAD, seconds=0.1, start=0, rate=100).run, await serve(reply), 2)

    assert (result.completed, result.failures) == (10, 5)


async def test_a_stall_is_counted_for_every_request_that_was_due_meanwhile(serve):
    calls = 0

    async def reply(_request):
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.2 if calls == 1 else 0)
        return GOOD

    result = await asyncio.to_thread(OpenRun(LOAD, seconds=0.2, start=0, rate=100).run, await serve(reply), 1)

    # One connection: all 20 requests were due during the stall, and waited 0.1 s in the median.
    assert result.completed == 20
    assert result.p50_ms > 60
    assert result.p99_ms > 150


async def test_a_server_that_hangs_up_answers_nothing_well(serve):
    async def reply(_request):
        raise ConnectionResetError

    result = await asyncio.to_thread(
        OpenRun(LOAD, seconds=0.05, start=0, rate=100).run, await serve(reply), 1
    )

    assert result.failures == result.completed == 5


@pytest.mark.parametrize("cut", [1, 20, len(GOOD) - 1])
def test_an_answer_is_whole_when_its_announced_body_is_there(cut):
    assert is_whole(GOOD)
    assert not is_whole(GOOD[:cut])
