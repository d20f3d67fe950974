import asyncio
import json

import pytest

from tests.middleware.conftest import calling


async def test_a_verify_is_logged_with_the_service_that_asks(build, world, capsys):
    service = await world.service_key()
    app = build("info")
    async with app.router.lifespan_context(app), calling(app, ("192.0.2.1", 99)) as http:
        await http.post("/api/v1/verify", json={"key": "x"}, headers=service.headers)

    assert [line["subject"] for line in await lines(capsys)] == [f"key:{service.row.id}"]


async def lines(capsys):
    await asyncio.sleep(0)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_each_request_writes_one_line_that_tells_how_it_ended(build, capsys):
    async with calling(build("info"), ("192.0.2.1", 99)) as http:
        await http.get("/nowhere?secret=canary", headers={"X-Request-ID": "mine", "User-Agent": "x"})

    (line,) = await lines(capsys)
    assert line.pop("duration_ms") >= 0
    assert line.pop("timestamp")
    assert line == {
        "level": "info",
        "event": "request",
        "method": "GET",
        "path": "/nowhere",
        "status": 404,
        "client_ip": "192.0.2.1",
        "request_id": "mine",
        "subject": None,
    }


async def test_requests_of_one_turn_of_the_loop_each_keep_their_line(build, capsys):
    async with calling(build("info")) as http:
        await asyncio.gather(*(http.get(f"/nowhere/{number}") for number in range(20)))

    written = await lines(capsys)
    assert {line["path"] for line in written} == {f"/nowhere/{number}" for number in range(20)}
    assert len(written) == 20


async def test_above_the_level_nothing_is_written(build, capsys):
    async with calling(build("warning")) as http:
        await http.get("/nowhere")

    assert await lines(capsys) == []


async def test_a_path_cannot_forge_a_second_line(build, capsys):
    async with calling(build("info")) as http:
        await http.get("/a%0a%7B%22event%22%3A%22forged%22%7D")

    (line,) = await lines(capsys)
    assert line["path"] == '/a\n{"event":"forged"}'


async def test_an_unexpected_error_is_logged_with_its_request_and_without_secrets(build, capsys):
    async with calling(build("info")) as http:
        await http.get("/broken", headers={"X-Request-ID": "mine"})

    first, error, access = await lines(capsys)
    assert first["password"] == "[redacted]"
    assert first["note"] == "[redacted]"
    assert error["event"] == "unexpected error"
    assert error["request_id"] == "mine"
    assert "RuntimeError: the canary [redacted] sings" in error["exception"]
    assert access["status"] == 500


async def test_a_caller_who_hangs_up_is_noted(build, capsys):
    application = build("info")
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/echo",
        "query_string": b"",
        "headers": [],
        "client": ("192.0.2.1", 1),
    }

    async def hang_up():
        return {"type": "http.disconnect"}

    async def send(message):
        pass

    await application(scope, hang_up, send)

    (line,) = await lines(capsys)
    assert line["status"] == 400


async def test_a_request_that_is_cancelled_is_noted(build, capsys):
    application = build("info")

    async with calling(application) as http:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await http.get("/slow")

    (line,) = await lines(capsys)
    assert line["status"] == 499
