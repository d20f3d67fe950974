"""Every parameter in query, path and headers: a problem where it is wrong, and never a broken server."""

import asyncio
import json

import pytest

from tests.api.operations import OPERATIONS

JSON = {"Content-Type": "application/json"}
LONG = "9" * 5000
QUERY_VALUES = [
    *(
        "",
        "%20",
        "true",
        "1",
        "0",
        "-1",
        "5.0",
        "1e3",
        "101",
        "1000001",
        LONG[:300],
        LONG,
        "x",
        "x" * 5000,
        "null",
    ),
    *(
        "%00",
        "a%00b",
        "%ff",
        "%ed%a0%80",
        "%c0%80",
        "%",
        "%zz",
        "%F0%9F%98%80",
        "'--",
        "..%2f..",
        "%0d%0aX:1",
    ),
    *("2020-01-01", "9999-12-31T23:59:59Z", "%25", "_", "%5C", "%E2%80%AE"),
]
NO_TEXTS = {"%00", "a%00b", "%ff", "%ed%a0%80"}
READS = [operation for operation in OPERATIONS if operation.method == "GET"]


@pytest.mark.parametrize("operation", READS, ids=str)
async def test_no_query_value_breaks_the_server(client, world, operation):
    operator = await world.operator()
    surprises = []

    for name, schema in operation.parameters("query").items():
        answers = await asyncio.gather(
            *(
                client.get(f"{operation.url}?{name}={value}", headers=operator.headers)
                for value in QUERY_VALUES
            )
        )
        for value, answer in zip(QUERY_VALUES, answers, strict=True):
            if answer.status_code >= 500 or (is_wrong(schema, value) and answer.status_code != 422):
                surprises.append((name, value[:40], answer.status_code))

    assert surprises == []


def is_wrong(schema, value):
    """Whether a value is no text at all, or no integer where one is meant."""
    is_integer = value.lstrip("-").isdigit() and len(value) < 10
    return value in NO_TEXTS or (schema.get("type") == "integer" and not is_integer)


FORWARDED = "/api/v1/forward-auth"
"""Its query, like its method, is the client's own."""


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.path != FORWARDED], ids=str)
async def test_unknown_and_repeated_parameters_are_refused(client, world, operation):
    operator = await world.operator()
    queries = [
        "unknown=1",
        "=1",
        "balance=999",
        *(f"{name}=1&{name}=1" for name in operation.parameters("query")),
    ]
    body = json.dumps(operation.example) if operation.body_schema else None

    headers = {**JSON, **operator.headers}
    answers = await asyncio.gather(
        *(
            client.request(operation.method, f"{operation.url}?{query}", content=body, headers=headers)
            for query in queries
        )
    )

    for query, answer in zip(queries, answers, strict=True):
        assert answer.status_code == 422, query
        assert "parameter" in answer.json()["errors"][0]


PATH_VALUES = [
    *(
        "%00",
        "a%00b",
        "%ff",
        "%ed%a0%80",
        "nonsense",
        "1",
        "-1",
        "x" * 5000,
        "%20",
        "%2e%2e",
        "%F0%9F%98%80",
        LONG,
    ),
    *(
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "'--",
        "%25",
        "%0a",
        "a%2fb",
    ),
]


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.path_parameters], ids=str)
async def test_no_path_value_breaks_the_server(client, world, operation):
    operator = await world.operator()
    body = json.dumps(operation.example) if operation.body_schema else None
    headers = {**JSON, **operator.headers}
    paths = [
        operation.path.format_map(dict.fromkeys(operation.path_parameters, value)) for value in PATH_VALUES
    ]

    answers = await asyncio.gather(
        *(client.request(operation.method, path, content=body, headers=headers) for path in paths)
    )

    statuses = zip(PATH_VALUES, [answer.status_code for answer in answers], strict=True)
    assert [(value[:40], status) for value, status in statuses if status not in {404, 405, 422}] == []


HEADER_VALUES = [
    "",
    "*",
    '"',
    '""',
    'W/"1"',
    '"999999999999999999999"',
    '"a", "b"',
    "x" * 8000,
    '"\xff"',
    ",",
    '"\\"',
]


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.parameters("header")], ids=str)
async def test_no_header_value_breaks_the_server(client, world, operation):
    operator = await world.operator()
    body = json.dumps(operation.example) if operation.body_schema else None

    for name in operation.parameters("header"):
        for value in HEADER_VALUES:
            headers = {**JSON, **operator.headers, name: value.encode("latin-1")}
            answer = await client.request(operation.method, operation.url, content=body, headers=headers)

            assert answer.status_code < 500, (name, value)


REPEATED = [
    ([("Content-Type", "application/json"), ("Content-Type", "application/json")], 415),
    ([("Content-Type", "application/json"), ("Content-Type", "text/plain")], 415),
    ([*JSON.items(), ("Authorization", "Bearer x"), ("Authorization", "Bearer x")], 401),
    ([*JSON.items(), ("X-API-Key", "x"), ("X-API-Key", "x")], 401),
    ([*JSON.items(), ("X-API-Key", "x"), ("Authorization", "Bearer y")], 401),
    ([*JSON.items(), ("Content-Length", "2"), ("Content-Length", "20")], 400),
]


@pytest.mark.parametrize(("headers", "status"), REPEATED, ids=str)
async def test_headers_that_may_come_once_are_refused_twice(client, headers, status):
    answer = await client.post("/api/v1/verify", content=b'{"key": "x"}', headers=headers)

    assert answer.status_code == status
