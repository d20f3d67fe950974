"""The recipes of proxies that Debian does not have, in simulators made from those proxies' documentation."""

import httpx2
import pytest

from tests.api.proxies.envoy import Envoy
from tests.api.proxies.simulator import Request, configuration
from tests.api.proxies.traefik import Traefik
from tests.factories.forward import PEER, with_routes

IDENTITY = ("Subject", "Organization", "Key", "Scopes", "Credits-Remaining")
KINDS = {"traefik": Traefik, "envoy": Envoy}


@pytest.fixture(params=KINDS)
def handle(request, app):
    """Sends a client's request through the proxy."""
    proxy = KINDS[request.param](configuration(f"docs/recipes/{request.param}.md"))
    faregate = with_routes(app)

    async def ask(method, target, headers):
        transport = httpx2.ASGITransport(app=faregate, raise_app_exceptions=False, client=PEER)
        async with httpx2.AsyncClient(transport=transport, base_url="http://api.example.org") as http:
            return await http.request(method, target, headers=headers)

    async def unanswered(_method, _target, _headers):
        raise httpx2.ConnectError("refused")

    async def handle(method, target, headers, *, is_away=False):
        return await proxy.handle(Request(method, target, headers), unanswered if is_away else ask)

    return handle


@pytest.fixture
async def key(world):
    organization = await world.organization(credits=10, plan=await world.plan(minute=(100, 60)))
    return await world.api_key(organization, scopes=["forecast:write"])


def sent(key):
    """The headers of a client that has this key."""
    return list(key.headers.items())


async def charges(world, key):
    """What was taken."""
    entries = await world.entries(key.row.organization_id)
    return [entry.amount for entry in entries if entry.kind == "charge"]


async def test_a_request_passes_with_its_identity_and_without_its_key(handle, world, key):
    outcome = await handle("POST", "/reports?a=b", [*sent(key), ("Cookie", "a=b")])

    assert (outcome.passed.method, outcome.passed.target) == ("POST", "/reports?a=b")
    assert [outcome.passed.all(f"X-Faregate-{name}") for name in IDENTITY] == [
        [f"key:{key.row.id}"],
        [str(key.row.organization_id)],
        [str(key.row.id)],
        ["forecast:write"],
        ["5"],
    ]
    assert key.api_key not in str(outcome.passed)
    assert await charges(world, key) == [-5]


@pytest.mark.parametrize(
    ("credits", "scopes", "known", "status", "code"),
    [
        (9, ["forecast:write"], False, 401, "unauthenticated"),
        (4, ["forecast:write"], True, 402, "insufficient_credits"),
        (9, [], True, 403, "insufficient_scope"),
    ],
)
async def test_a_refusal_goes_to_the_client_as_it_is(handle, world, credits, scopes, known, status, code):
    key = await world.api_key(await world.organization(credits=credits), scopes=scopes)

    outcome = await handle("POST", "/reports", sent(key) if known else [])

    assert (outcome.passed, outcome.status) == (None, status)
    assert f'"code":"{code}"' in outcome.body
    assert ("www-authenticate" in outcome.headers) == (status != 402)


async def test_a_client_that_is_too_fast_sees_when_to_come_back(handle, world):
    key = await world.api_key(await world.organization(plan=await world.plan(exports=(2, 3_600))))
    await handle("GET", "/exports", sent(key))

    outcome = await handle("GET", "/exports", sent(key))

    assert (outcome.passed, outcome.status) == (None, 429)
    assert int(outcome.headers["retry-after"]) > 3_000


@pytest.mark.parametrize("spelling", ["X-Faregate-{}", "x-faregate-{}", "X_Faregate_{}", "X-FAREGATE_{}"])
async def test_an_identity_that_a_client_makes_up_never_arrives(handle, key, spelling):
    forged = [(spelling.format(name), "forged") for name in IDENTITY]

    outcome = await handle("GET", "/files/a", [*forged, *sent(key), *forged])

    assert "forged" not in str(outcome.passed)


@pytest.mark.parametrize(
    "forged",
    [
        [("X-Original-URI", "/files/a"), ("X-Original-Method", "DELETE")],
        [("X-Forwarded-Uri", "/files/a"), ("X-Forwarded-Method", "DELETE")],
        [("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/files/a")],
        [("X-Request-ID", "mine")],
    ],
    ids=str,
)
async def test_no_header_of_a_client_s_changes_the_price(handle, world, key, forged):
    for _ in range(2):
        outcome = await handle("GET", "/reports/7", [*forged, *sent(key)])

        assert not outcome.passed.all("X-HTTP-Method-Override") + outcome.passed.all("X-Original-URL")
    assert await charges(world, key) == [-2, -2]


@pytest.mark.parametrize(
    "target", ["/files/../reports/7", "//reports/7", "/files/%2e%2e/reports/7", "/reports;/7"]
)
async def test_a_crooked_path_is_refused_or_costs_what_the_api_reads(handle, world, key, target):
    outcome = await handle("GET", target, sent(key))

    if outcome.passed is None:
        assert (outcome.status, await charges(world, key)) == (400, [])
    else:
        assert (outcome.passed.target, await charges(world, key)) == ("/reports/7", [-2])


async def test_nothing_passes_while_faregate_is_away(handle, key):
    outcome = await handle("GET", "/files/a", sent(key), is_away=True)

    assert outcome.passed is None
    assert outcome.status in {500, 503}
