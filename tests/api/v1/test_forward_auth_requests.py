"""Which request a proxy asks about: what it tells must be one thing, and have one meaning."""

import pytest

from tests.factories.forward import Proxy, with_routes


@pytest.fixture(scope="module")
def proxy(app):
    return Proxy(with_routes(app))


async def remaining(proxy, world, target, *headers, **told):
    """What a caller who had 100 credits has left; the code of the refusal, if it was one."""
    caller = await world.caller(by="api_key", credits=100)
    answer = await proxy.ask(target, caller.headers, *headers, **told)
    if answer.status_code != 200:
        return answer.json()["code"]
    return int(answer.headers["x-faregate-credits-remaining"])


@pytest.mark.parametrize(
    "told",
    [
        {"target": "/reports/7"},
        {"target": "/reports/7?a=/../b"},
        {"target": None, "X_Forwarded_Uri": "/reports/7", "X_Forwarded_Method": "GET"},
        {"target": None, "X_Forwarded_Uri": "/reports/7"},
        {"target": None, "below": "/reports/7"},
        {"target": None, "below": "/reports/7?a=b"},
        {"target": None, "below": "/%72eports/7"},
        {"target": None, "below": "/reports/7", "method": "HEAD"},
        {"target": "/reports/7", "method": "HEAD"},
        {"target": "/REPORTS/7"},
        {"target": "/reports/7", "below": "/reports/7", "X_Forwarded_Uri": "/reports/7"},
    ],
    ids=str,
)
async def test_wherever_the_request_is_told_it_has_its_price(proxy, world, told):
    assert await remaining(proxy, world, **told) == 98


@pytest.mark.parametrize(
    "told",
    [
        {"target": "/files/x", "X_Forwarded_Uri": "/reports/7"},
        {"target": "/files/x", "below": "/reports/7"},
        {"target": None, "below": "/reports/7", "X_Forwarded_Uri": "/files/x"},
        {"target": None, "below": "/", "X_Forwarded_Uri": "/files/x"},
        {"target": "/reports", "method": "POST", "X_Forwarded_Method": "GET"},
        {"target": None, "below": "/reports", "method": "POST", "X_Forwarded_Method": "GET"},
        {"target": "/reports", "method": "post"},
        {"target": "/reports", "method": ""},
        {"target": "", "method": "GET"},
        {"target": None},
        {"target": "/files/../reports/7"},
        {"target": "/files//x"},
        {"target": None, "below": "/files/%2e%2e/reports/7"},
        {"target": "/files/x;/../../reports/7"},
        {"target": "http://test/reports/7"},
    ],
    ids=str,
)
async def test_a_request_that_is_told_in_two_ways_or_none_is_refused(proxy, world, told):
    assert await remaining(proxy, world, **told) == "ambiguous_request"


async def test_a_header_of_the_proxy_s_that_comes_twice_is_refused_if_they_differ(proxy, world):
    twice = ("X-Original-URI", "/files/x"), ("X-Original-URI", "/reports/7")

    assert await remaining(proxy, world, None, *twice) == "ambiguous_request"


async def test_without_a_list_no_path_is_looked_at(app, world):
    caller = await world.caller(by="api_key")

    assert (await Proxy(app).ask("/a/../b//c;d", caller.headers)).status_code == 200


PREFLIGHT = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}


async def test_a_preflight_needs_a_credential_unless_the_operator_lets_it_through(app, proxy):
    open_proxy = Proxy(with_routes(app, {"preflights": True}))

    refused = await proxy.ask("/reports", PREFLIGHT, method="OPTIONS")
    passed = await open_proxy.ask("/reports", PREFLIGHT, method="OPTIONS")

    assert (refused.status_code, passed.status_code) == (401, 200)
    assert {value for name, value in passed.headers.items() if name.startswith("x-faregate")} == {""}


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("OPTIONS", {}),
        ("OPTIONS", {"Origin": "https://app.example.org"}),
        ("POST", PREFLIGHT),
        ("GET", PREFLIGHT),
    ],
    ids=str,
)
async def test_what_is_no_preflight_is_not_let_through(app, method, headers):
    proxy = Proxy(with_routes(app, {"preflights": True}))

    assert (await proxy.ask("/reports", headers, method=method)).status_code == 401


async def test_faregate_s_own_rules_for_other_origins_are_not_those_of_the_api_behind(proxy, world):
    caller = await world.caller(by="api_key")
    origin = {"Origin": "https://a.example.org", "Access-Control-Request-Method": "GET"}

    preflight = await proxy.ask(None, origin, method="OPTIONS", below="/files/x")
    answer = await proxy.ask("/files/x", caller.headers, origin)

    assert (preflight.status_code, answer.status_code) == (401, 200)
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("target", ["/" + "a" * 9_000, "/\xe9", "/fg_live_" + "0" * 50, "/a\x01b"])
async def test_a_refusal_tells_a_hostile_path_in_one_harmless_line(proxy, target):
    answer = await proxy.ask(None, ("X-Original-URI", target.encode("latin-1")), X_Faregate_Mode="nginx")

    told = answer.headers["x-auth-problem"]
    assert told.isascii()
    assert told.isprintable()
    assert len(told) < 2_000
    assert "0" * 50 not in told
