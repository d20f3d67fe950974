import pytest

from tests.middleware.conftest import calling

LIMIT = 2048


async def chunks(*sizes):
    for size in sizes:
        yield b"x" * size


@pytest.mark.parametrize("size", [0, 1, LIMIT])
async def test_a_body_up_to_the_limit_is_read(build, size):
    async with calling(build(body_limit_bytes=LIMIT)) as http:
        answer = await http.post("/echo", content=b"x" * size)

    assert answer.status_code == 200
    assert len(answer.content) == size


async def test_a_declared_length_over_the_limit_is_refused_before_the_route_runs(build):
    async with calling(build(body_limit_bytes=LIMIT)) as http:
        answer = await http.post("/echo", content=b"x" * (LIMIT + 1))

    assert answer.status_code == 413
    assert answer.json()["code"] == "content_too_large"


@pytest.mark.parametrize(("sizes", "status"), [((LIMIT,), 200), ((1024, 1024), 200), ((1024, 1025), 413)])
async def test_a_stream_without_a_length_is_counted(build, sizes, status):
    async with calling(build(body_limit_bytes=LIMIT)) as http:
        answer = await http.post("/echo", content=chunks(*sizes))

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("length", "status"),
    [("-1", 400), ("1e3", 400), ("", 400), ("+5", 400), ("9" * 19, 413), ("9" * 5000, 413)],
)
async def test_a_length_that_is_no_number_or_absurd_is_refused(build, length, status):
    async with calling(build(body_limit_bytes=LIMIT)) as http:
        answer = await http.post("/echo", headers={"Content-Length": length})

    assert answer.status_code == status


async def test_two_different_lengths_are_refused(build):
    async with calling(build(body_limit_bytes=LIMIT)) as http:
        answer = await http.post(
            "/echo", headers=[("Content-Length", "5"), ("Content-Length", "6")], content=chunks(5)
        )

    assert answer.status_code == 400
