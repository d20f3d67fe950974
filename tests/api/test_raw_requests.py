"""What no HTTP client would send, to a real server: a refusal, and a server that goes on answering."""

import contextlib
import socket
from urllib.parse import urlsplit

import httpx2
import pytest

CLOSE = b"Host: x\r\nConnection: close\r\n"
MEGABYTE = b"x" * 1_048_576

GET = b"GET /health/live HTTP/1.1\r\n" + CLOSE
VERIFY = b"POST /api/v1/verify HTTP/1.1\r\n" + CLOSE + b"Content-Type: application/json\r\n"
CHUNKED = VERIFY + b"Transfer-Encoding: chunked\r\n"


def get(target):
    """A request for a target, as bytes."""
    return b"GET " + target + b" HTTP/1.1\r\n" + CLOSE + b"\r\n"


RAW = {
    "method nobody knows": (GET.replace(b"GET", b"BREW") + b"\r\n", {405}),
    "method in lower case": (GET.replace(b"GET", b"get") + b"\r\n", {400, 405}),
    "path that is no UTF-8": (get(b"/problems/%ff"), {404}),
    "path with a surrogate": (get(b"/problems/%ed%a0%80"), {404}),
    "path with NUL": (get(b"/problems/a%00b"), {404}),
    "path with a raw byte": (get(b"/problems/\xff"), {400}),
    "path of 100 kB": (get(b"/" + b"a" * 100_000), {404, 414}),
    "query that is no UTF-8": (get(b"/health/live?a=%ff"), {422}),
    "query with a raw byte": (get(b"/health/live?a=\xff"), {400}),
    "absolute URL": (get(b"http://evil.example/nowhere"), {404}),
    "asterisk": (get(b"*").replace(b"GET", b"OPTIONS"), {404}),
    "header with NUL": (GET + b"X-API-Key: a\x00b\r\n\r\n", {400}),
    "header of 900 kB": (GET + b"X: " + b"a" * 900_000 + b"\r\n\r\n", {431}),
    "credential in Latin-1": (VERIFY + b"X-API-Key: \xff\r\nContent-Length: 2\r\n\r\n{}", {401}),
    "length that is no number": (VERIFY + b"Content-Length: x\r\n\r\n", {400}),
    "two lengths": (VERIFY + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", {400}),
    "length and chunks": (CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n", {400, 401}),
    "chunk that is no number": (CHUNKED + b"\r\nzz\r\n", {400}),
    "ten megabytes announced": (VERIFY + b"Content-Length: 10000000\r\n\r\nxxxx", {413}),
    "chunks without an end": (
        CHUNKED + b"\r\n100000\r\n" + MEGABYTE + b"\r\n10\r\n" + b"x" * 16 + b"\r\n",
        {413},
    ),
}


def exchange(url, request):
    """Send bytes, read until the server closes."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        answer = b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused while we still talked
            connection.sendall(request)
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                answer += part
    return answer


@pytest.mark.parametrize("name", RAW)
def test_a_request_that_is_no_http_is_refused_and_the_server_goes_on(server, name):
    request, statuses = RAW[name]

    answer = exchange(server.url, request)

    assert int(answer.split(b" ", 2)[1]) in statuses, answer[:200]
    assert httpx2.get(f"{server.url}/health/live").status_code == 200


def test_the_server_names_no_software_and_no_version(server):
    answer = httpx2.get(f"{server.url}/health/live")

    assert answer.headers["server"] == "faregate"
    assert "granian" not in str(answer.headers).lower()


def test_a_caller_who_hangs_up_in_the_middle_of_a_body_does_no_harm(server):
    place = urlsplit(server.url)
    request = VERIFY + b"Content-Length: 100\r\n\r\n{"

    for _ in range(20):
        with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
            connection.sendall(request)

    assert httpx2.get(f"{server.url}/health/live").status_code == 200


def test_a_caller_who_hangs_up_leaves_no_error_in_the_log(server):
    written = server.log()

    assert "unexpected error" not in written
    assert "Traceback" not in written
