"""What a question may be: every field at its limits and past them, and nothing consumed by a bad one."""

import json

import pytest

from tests.factories.gate import VERIFY, question


@pytest.fixture
async def service(world):
    return await world.service_key()


@pytest.fixture
async def key(world):
    return await world.api_key(await world.organization())


async def post(client, service, body, **headers):
    """Send the bytes as they are."""
    content = body if isinstance(body, bytes) else body.encode()
    return await client.post(
        VERIFY, content=content, headers={"Content-Type": "application/json", **service.headers, **headers}
    )


GOOD = [
    {"cost": 0},
    {"cost": 1_000_000_000_000},
    {"scopes": []},
    {"scopes": ["blog_posts:read"] * 32},
    {"scopes": ["x" * 64]},
    {"limits": []},
    {"charge_id": "i"},
    {"charge_id": "i" * 255},
    {"tags": []},
    {"tags": ["t" * 64] * 20},
    {"ip": "::"},
]
BAD = [
    ({"cost": -1}, "/cost"),
    ({"cost": 1_000_000_000_001}, "/cost"),
    ({"cost": 10**400}, "/cost"),
    ({"cost": 5.0}, "/cost"),
    ({"cost": 5.5}, "/cost"),
    ({"cost": "5"}, "/cost"),
    ({"cost": True}, "/cost"),
    ({"cost": False}, "/cost"),
    ({"cost": None}, "/cost"),
    ({"cost": [1]}, "/cost"),
    ({"scopes": ["s"] * 33}, "/scopes"),
    ({"scopes": "blog_posts:read"}, "/scopes"),
    ({"scopes": {"a": "b"}}, "/scopes"),
    ({"scopes": None}, "/scopes"),
    ({"scopes": [None]}, "/scopes/0"),
    ({"scopes": [""]}, "/scopes/0"),
    ({"scopes": ["x" * 65]}, "/scopes/0"),
    ({"scopes": ["a", "b\u0000"]}, "/scopes/1"),
    ({"limits": None}, "/limits"),
    ({"limits": {}}, "/limits"),
    ({"limits": "minute"}, "/limits"),
    ({"limits": ["minute"]}, "/limits/0"),
    ({"limits": [{}]}, "/limits/0/name"),
    ({"limits": [{"name": None}]}, "/limits/0/name"),
    ({"limits": [{"name": 5}]}, "/limits/0/name"),
    ({"limits": [{"name": "m", "cost": -1}]}, "/limits/0/cost"),
    ({"limits": [{"name": "m", "cost": 1_000_001}]}, "/limits/0/cost"),
    ({"limits": [{"name": "m", "cost": True}]}, "/limits/0/cost"),
    ({"limits": [{"name": "m", "cost": 1.0}]}, "/limits/0/cost"),
    ({"limits": [{"name": "m", "cost": None}]}, "/limits/0/cost"),
    ({"limits": [{"name": "m", "weight": 1}]}, "/limits/0/weight"),
    ({"charge_id": None}, "/charge_id"),
    ({"charge_id": ""}, "/charge_id"),
    ({"charge_id": "i" * 256}, "/charge_id"),
    ({"charge_id": 5}, "/charge_id"),
    ({"charge_id": "a\u0000b"}, "/charge_id"),
    ({"tags": ["t"] * 21}, "/tags"),
    ({"tags": None}, "/tags"),
    ({"tags": ["t" * 65]}, "/tags/0"),
    ({"tags": [5]}, "/tags/0"),
    ({"key": ""}, "/key"),
    ({"key": "k" * 4_097}, "/key"),
    ({"key": None}, "/key"),
    ({"key": 5}, "/key"),
    ({"key": ["fg_live_"]}, "/key"),
    ({"apikey": "x"}, "/apikey"),
    ({"Key": "x"}, "/Key"),
    ({"": "x"}, "/"),
    ({"a/b~c": "x"}, "/a~1b~0c"),
]


@pytest.mark.parametrize("members", GOOD, ids=lambda members: json.dumps(members)[:40])
async def test_a_question_within_its_limits_gets_a_verdict(client, service, key, members):
    answer = await client.post(VERIFY, json={**question(key), **members}, headers=service.headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("members", "pointer"), BAD, ids=[f"{n}-{json.dumps(m)[:30]}" for n, (m, _) in enumerate(BAD)]
)
async def test_a_malformed_question_is_refused_with_a_pointer_and_consumes_nothing(
    client, world, service, key, members, pointer
):
    """Traps C and D: a negative or fractional price; lax mode takes `false` for 0 and `"5"` for 5."""
    answer = await client.post(VERIFY, json={**question(key), **members}, headers=service.headers)

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "validation_failed"
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert await world.balance(key.row.organization_id) == 1_000


async def test_a_refusal_never_echoes_what_was_sent(client, service, key):
    """Trap D: validation errors echo the input."""
    body = {"key": [key.api_key], "cost": key.api_key, "scopes": [5, key.api_key + "x" * 64], key.api_key: 1}

    answer = await client.post(VERIFY, json=body, headers=service.headers)

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 5
    assert key.api_key[8:] not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"key"', 422),
        (b"{", 400),
        (b"{}{}", 400),
        (b"{'key': 'x'}", 400),
        (b'{"key": "x",}', 400),
        (b'{"key": "x", "cost": NaN}', 400),
        (b'{"key": "x", "cost": Infinity}', 400),
        (b'{"key": "x", "cost": 01}', 400),
        (b'{"key": "x", "cost": +1}', 400),
        (b'{"key": "x", "key": "x"}', 400),
        (b'{"key": "x", "limits": [{"name": "a", "name": "a"}]}', 400),
        (b'{"key": "\xff"}', 400),
        (b'\xef\xbb\xbf{"key": "x"}', 400),
        (b'{"key": "\xed\xa0\x80"}', 400),
        (b'{"key": "x", "cost": 1e3}', 422),
        (b'{"key": "x", "cost": 1E0}', 422),
        (b'{"key": "x", "cost": ' + b"9" * 5_000 + b"}", 400),
        (b'{"key": "x", "tags": ' + b"[" * 100 + b"]" * 100 + b"}", 400),
        (b'{"key": "x", "tags": [' + b"[" * 40 + b"]" * 40 + b"]}", 422),
    ],
    ids=lambda value: value[:30].decode("latin-1") if isinstance(value, bytes) else str(value),
)
async def test_a_body_that_is_no_strict_json_object_is_refused(client, service, body, status):
    answer = await post(client, service, body)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/problem+json", 415),
        ("", 415),
    ],
)
async def test_only_json_in_utf_8_is_read(client, service, key, content_type, status):
    answer = await post(client, service, json.dumps(question(key)), **{"Content-Type": content_type})

    assert answer.status_code == status


async def test_a_body_of_ten_megabytes_is_refused(client, service, key):
    answer = await post(client, service, json.dumps(question(key, tags=["t" * 10_000_000])))

    assert answer.status_code == 413


async def test_unknown_query_parameters_are_refused(client, world, service, key):
    """Trap A1: `?balance=999` gets the paid call free."""
    answer = await client.post(f"{VERIFY}?balance=999", json=question(key), headers=service.headers)

    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["balance"]
    assert await world.balance(key.row.organization_id) == 1_000


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_other_methods_are_told_which_one_there_is(client, method):
    answer = await client.request(method, VERIFY)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
