import re

import pytest

from app.middleware.envelope import request_id_from
from tests.middleware.conftest import calling

NEW_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
ANSWERS = [
    ("GET", "/health/live", {}, 200),
    ("GET", "/nowhere", {}, 404),
    ("DELETE", "/health/live", {}, 405),
    ("POST", "/echo", {"content": b"x" * 2000}, 413),
    ("GET", "/health/live?unknown=1", {}, 422),
    ("GET", "/broken", {}, 500),
    ("GET", "/docs", {}, 200),
    ("GET", "/problems/not_found", {}, 200),
    ("GET", "/health/live", {"headers": {"host": "evil.example"}}, 200),
    ("GET", "/nowhere", {"headers": {"host": "evil.example"}}, 400),
]


@pytest.mark.parametrize(("method", "path", "request_parts", "status"), ANSWERS)
async def test_every_answer_carries_the_protecting_headers(build, method, path, request_parts, status):
    application = build(body_limit_bytes=1024, trusted_hosts=["test"])

    async with calling(application) as http:
        answer = await http.request(method, path, **request_parts)

    assert answer.status_code == status
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "cache-control" in answer.headers
    assert NEW_ID.fullmatch(answer.headers["x-request-id"])
    assert answer.headers["server"] == "faregate"
    assert "x-powered-by" not in answer.headers
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert answer.json()["status"] == status


async def test_a_route_keeps_its_own_policy_and_cache_rules(build):
    async with calling(build()) as http:
        answer = await http.get("/kept")

    assert answer.headers.get_list("cache-control") == ["public, max-age=60"]
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]


async def test_limit_fields_set_by_guards_leave_with_the_answer(build):
    async with calling(build()) as http:
        answer = await http.get("/state")

    assert answer.headers["ratelimit"] == '"minute";r=4;t=2'


async def test_state_of_one_request_is_not_seen_by_the_next(build):
    async with calling(build()) as http:
        await http.get("/state")
        answer = await http.get("/health/live")

    assert "ratelimit" not in answer.headers


@pytest.mark.parametrize("sent", ["abc", "0", "req_01.A-b", "a" * 64])
async def test_a_harmless_request_id_of_the_client_is_kept(build, sent):
    async with calling(build()) as http:
        answer = await http.get("/state", headers={"X-Request-ID": sent})

    assert answer.headers["x-request-id"] == sent
    assert answer.json()["request_id"] == sent


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [b""],
        [b"a" * 65],
        [b"a b"],
        [b"a\r\nx: y"],
        [b"-leading"],
        ["ümlaut".encode()],
        [b"a", b"b"],
        [b"fg_live_0123456789abcdef"],
        [b"a\n"],
    ],
)
def test_any_other_request_id_is_replaced(sent):
    assert NEW_ID.fullmatch(request_id_from(sent))


async def test_an_unexpected_error_tells_nothing_but_the_request_id(build):
    async with calling(build()) as http:
        answer = await http.get("/broken")

    assert answer.status_code == 500
    assert answer.json() == {
        "type": "/problems/internal_error",
        "title": "Internal error",
        "status": 500,
        "detail": "Something went wrong on our side. Quote the request id when you report it.",
        "instance": "/broken",
        "code": "internal_error",
        "request_id": answer.headers["x-request-id"],
    }


async def test_an_answer_that_breaks_halfway_is_cut_and_not_continued(build):
    async with calling(build()) as http:
        answer = await http.get("/half-broken")

    assert answer.status_code == 200
    assert b"problem" not in answer.content


async def test_what_is_not_http_passes_untouched(build):
    application = build()
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    await application(
        {"type": "websocket", "path": "/nowhere", "headers": [], "query_string": b"", "subprotocols": []},
        receive,
        send,
    )

    assert sent[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    "path", ["/health/live", "/nowhere", "/broken", "/problems/not_found", "/docs/start.js"]
)
async def test_head_is_answered_as_get_all_but_the_body(build, path):
    async with calling(build()) as http:
        get = await http.get(path)
        head = await http.head(path)

    assert head.status_code == get.status_code
    assert head.content == b""
    assert set(head.headers) == set(get.headers)
    assert head.headers["content-length"] == get.headers["content-length"]


async def test_head_of_what_only_takes_post_is_refused(build):
    async with calling(build()) as http:
        answer = await http.head("/echo")

    assert answer.status_code == 405
