"""What is no JSON object, or not declared as one: the right problem, and nothing consumed."""

import asyncio
import json

import pytest

from tests.api.operations import WITH_BODY

LONG = "9" * 5000
PROBLEM_MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}
MALFORMED = {
    "cut": (b'{"a": ', 400),
    "empty value": (b" ", 400),
    "two values": (b"{} {}", 400),
    "duplicate members": (b'{"a": 1, "a": 1}', 400),
    "NaN": (b'{"a": NaN}', 400),
    "infinity": (b'{"a": -Infinity}', 400),
    "no double": (b'{"a": 1e400}', 400),
    "long integer": (b'{"a": ' + LONG.encode() + b"}", 400),
    "byte order mark": (b"\xef\xbb\xbf{}", 400),
    "UTF-16": ("{}".encode("utf-16"), 400),
    "invalid UTF-8": (b'{"a": "\xff"}', 400),
    "encoded surrogate": (b'{"a": "\xed\xa0\x80"}', 400),
    "raw NUL": (b'{"a": "\x00"}', 400),
    "deep arrays": (b"[" * 100_000, 400),
    "deep objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
    "ten megabytes": (b'"' + b"x" * 10_000_000 + b'"', 413),
    "null": (b"null", 422),
    "a list": (b"[]", 422),
    "a text": (b'"{}"', 422),
    "a number": (b"1", 422),
}


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_bodies_that_are_no_json_object_are_refused(sender, operation):
    before = await sender.balances()
    answers = await asyncio.gather(*(sender(operation, body) for body, _status in MALFORMED.values()))

    for (name, (_body, status)), answer in zip(MALFORMED.items(), answers, strict=True):
        if name == "null" and not operation.definition["requestBody"].get("required"):
            continue
        assert answer.status_code == status, name
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) >= PROBLEM_MEMBERS
    assert await sender.balances() == before


CONTENT_TYPES = [
    "",
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/problem+json",
    "application/json, text/plain",
]


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_bodies_under_another_content_type_are_refused(sender, operation):
    before = await sender.balances()
    body = json.dumps(operation.example).encode()
    answers = await asyncio.gather(
        *(sender(operation, body, **{"Content-Type": content_type}) for content_type in CONTENT_TYPES)
    )

    for content_type, answer in zip(CONTENT_TYPES, answers, strict=True):
        assert answer.status_code == 415, content_type
        assert answer.json()["code"] == "unsupported_media_type"
    assert (await sender(operation, body, **{"Content-Encoding": "gzip"})).status_code == 415
    assert await sender.balances() == before


REQUIRED = [each for each in WITH_BODY if each.definition["requestBody"].get("required")]


@pytest.mark.parametrize("operation", REQUIRED, ids=str)
async def test_a_required_body_that_is_missing_is_pointed_at(sender, operation):
    for content_type in ("application/json", "text/plain"):
        answer = await sender(operation, b"", **{"Content-Type": content_type})

        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"pointer": "", "detail": "This is required.", "code": "missing"}]
