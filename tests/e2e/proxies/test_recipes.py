"""The recipes, to the letter, in real proxies: what clients see, what the API sees, what is charged."""

import json

import pytest

from app.core.roles import Role
from tests.e2e.proxies.raw_http import ask

pytestmark = pytest.mark.long

IDENTITY = ("Subject", "Organization", "Key", "Scopes", "Credits-Remaining")


@pytest.fixture
async def organization(world):
    return await world.organization(credits=10, plan=await world.plan(minute=(100, 60)))


@pytest.fixture
async def key(world, organization):
    return await world.api_key(organization, scopes=["forecast:write"])


def sent(key):
    """The headers of a client that has this key."""
    return list(key.headers.items())


async def charges(world, organization):
    """What was taken."""
    return [entry.amount for entry in await world.entries(organization.id) if entry.kind == "charge"]


async def test_a_request_with_a_key_reaches_the_api_with_its_identity(proxy, api, world, organization, key):
    answer = await ask(proxy.port, "POST", "/reports?a=b%2Fc", sent(key), "x" * 10_000)

    (request,) = api.taken()
    assert (answer.status, answer.body, answer.get("X-Api")) == (200, "hello", "here")
    assert answer.get("RateLimit-Policy") == '"minute";q=100;w=60'
    assert answer.get("RateLimit").startswith('"minute";r=99;')
    assert (request.method, request.target, request.body) == ("POST", "/reports?a=b%2Fc", "x" * 10_000)
    assert [request.get(f"X-Faregate-{name}") for name in IDENTITY] == [
        f"key:{key.row.id}", str(organization.id), str(key.row.id), "forecast:write", "5",
    ]  # fmt: skip
    assert await charges(world, organization) == [-5]


async def test_who_has_no_limits_is_told_of_none(proxy, api, world):
    caller = await world.caller(by="api_key")

    answer = await ask(proxy.port, "GET", "/files/a", list(caller.headers.items()))

    assert len(api.taken()) == 1
    assert [name for name, _ in answer.headers if name.lower().startswith("ratelimit")] == []


async def test_the_api_never_sees_the_key(proxy, api, key):
    for headers in (sent(key), [("X-API-Key", key.api_key)]):
        await ask(proxy.port, "GET", "/reports/7", headers)

        (request,) = api.taken()
        assert key.api_key not in str(request)


async def test_a_person_s_session_passes(proxy, api, world):
    person = await world.caller(by="session", credits=10)

    answer = await ask(proxy.port, "GET", "/reports/7", list(person.headers.items()))

    (request,) = api.taken()
    assert answer.status == 200
    assert request.get("X-Faregate-Subject") == f"user:{person.user_id}"
    assert not request.get("X-Faregate-Key")
    assert set(Role.OWNER.scopes) <= set(request.get("X-Faregate-Scopes").split())


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PROPFIND"])
async def test_every_method_passes_as_it_is(proxy, api, key, method):
    answer = await ask(proxy.port, method, "/files/a", sent(key))

    (request,) = api.taken()
    assert (answer.status, request.method) == (200, method)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("nobody", 401, "unauthenticated"),
        ("malformed", 401, "invalid_credential"),
        ("scopeless", 403, "insufficient_scope"),
        ("poor", 402, "insufficient_credits"),
        ("crooked", 400, "ambiguous_request"),
    ],
)
async def test_a_refusal_reaches_the_client_and_not_the_api(proxy, api, world, key, kind, status, code):
    if kind == "scopeless":
        key = await world.api_key(await world.organization(), scopes=[])
    elif kind == "poor":
        key = await world.api_key(await world.organization(credits=4), scopes=["forecast:write"])
    headers = {"nobody": [], "malformed": [("X-API-Key", key.api_key + "x")]}.get(kind, sent(key))
    target = "/reports;v=1" if kind == "crooked" else "/reports"

    answer = await ask(proxy.port, "POST", target, headers, "body")

    assert api.taken() == []
    assert answer.status == status
    assert answer.get("Content-Type") == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["status"], problem["code"]) == (status, code)
    challenged = kind == "scopeless" or status == 401
    assert (answer.get("WWW-Authenticate") or "").startswith("Bearer" if challenged else "")
    assert not [name for name, _ in answer.headers if name.lower().startswith("x-faregate")]


async def test_a_client_that_is_too_fast_sees_when_to_come_back(proxy, api, world):
    plan = await world.plan(exports=(2, 3_600))
    key = await world.api_key(await world.organization(plan=plan))
    await ask(proxy.port, "GET", "/exports", sent(key))
    api.taken()

    answer = await ask(proxy.port, "GET", "/exports", sent(key))

    assert api.taken() == []
    assert answer.status == 429
    assert int(answer.get("Retry-After")) == json.loads(answer.body)["retry_after_seconds"] > 3_000
    assert answer.get("RateLimit").startswith('"exports";r=0;')


SPELLINGS = ["X-Faregate-{}", "x-faregate-{}", "X_Faregate_{}", "X-Faregate_{}", "X_FAREGATE-{}"]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("way_in", ["key", "session"])
async def test_an_identity_that_a_client_makes_up_never_arrives(proxy, api, world, key, way_in, spelling):
    headers = sent(key) if way_in == "key" else list((await world.caller()).headers.items())
    forged = [(spelling.format(name), "forged") for name in IDENTITY]

    answer = await ask(proxy.port, "GET", "/files/a", [*forged, *headers, *forged])

    (request,) = api.taken()
    assert answer.status == 200
    assert "forged" not in str(request)


FORGED = [
    [("X-Original-URI", "/files/a")],
    [("X-Original-URI", "/files/a"), ("X-Original-Method", "DELETE")],
    [("X-Forwarded-Uri", "/files/a"), ("X-Forwarded-Method", "GET")],
    [("x-forwarded-uri", "/files/a"), ("x-original-uri", "/files/a")],
    [("X-Original-URL", "/files/a"), ("X-Rewrite-URL", "/files/a")],
    [("X-HTTP-Method-Override", "DELETE"), ("X-HTTP-Method", "DELETE"), ("X-Method-Override", "DELETE")],
    [("X-Request-ID", "mine")],
    [("X-Faregate-Mode", "nginx")],
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
async def test_no_header_of_a_client_s_changes_the_price(proxy, api, world, organization, key, forged):
    for _ in range(2):
        answer = await ask(proxy.port, "GET", "/reports/7", [*forged, *sent(key)])

        (request,) = api.taken()
        assert answer.status == 200
        assert not [name for name, _ in request.headers if "method" in name.lower() or "-ur" in name.lower()]
        assert "mine" not in str(request)
    assert await charges(world, organization) == [-2, -2]


CROOKED = [
    "/files/../reports/7", "/files/%2e%2e/reports/7", "/files/..%2freports/7", "/files/.%2e/reports/7",
    "//reports/7", "/files//../reports/7", "/files/..;/reports/7", "/./reports/7", "/reports/7;x",
    "/reports//7", "/files/..\\reports/7", "/%2e/reports/7", "/files/%252e%252e/reports/7",
    "/files/x/../../reports/7?a",
]  # fmt: skip


@pytest.mark.parametrize("target", CROOKED)
async def test_a_crooked_path_is_refused_or_is_charged_as_what_the_api_reads(
    proxy, api, world, organization, key, target
):
    answer = await ask(proxy.port, "GET", target, sent(key))

    requests, taken = api.taken(), await charges(world, organization)
    if answer.status == 200:
        # The proxy has made the path straight before it asked, and asks the API for the same.
        assert ([request.target.partition("?")[0] for request in requests], taken) == (["/reports/7"], [-2])
    else:
        assert (answer.status, requests, taken) == (400, [], [])


@pytest.mark.parametrize("target", ["/REPORTS/7", "/%72eports/7", "/reports/7/", "/reports/7?x=/files/a"])
async def test_an_equal_spelling_has_the_same_price(proxy, api, world, organization, key, target):
    await ask(proxy.port, "GET", target, sent(key))

    assert len(api.taken()) == 1
    assert await charges(world, organization) == [-2]


async def test_a_question_that_is_repeated_is_charged_once(proxy, api, way, world, organization, key):
    """Trap C: a retry that pays twice."""
    way.asked.clear()
    way.losses = 1

    answer = await ask(proxy.port, "GET", "/reports/7", sent(key))

    assert (answer.status, way.losses, len(way.asked)) == (200, 0, 2)
    assert len(api.taken()) == 1
    assert await charges(world, organization) == [-2]


async def test_nothing_passes_while_faregate_is_away(proxy, api, way, key):
    await way.hang_up()
    try:
        answer = await ask(proxy.port, "GET", "/files/a", sent(key))
    finally:
        await way.listen()

    assert answer.status in {502, 503}
    assert api.taken() == []
    assert (await ask(proxy.port, "GET", "/files/a", sent(key))).status == 200
    api.taken()
