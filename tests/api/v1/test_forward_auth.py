"""A proxy asks: what it hears when a request may go on, and when not."""

import pytest

from app.api.fast_lane import FastLaneMiddleware
from app.core.forward_settings import FORWARD_PATH
from tests.factories.forward import Proxy, with_routes

IDENTITY = ("subject", "organization", "key", "scopes", "credits-remaining")


@pytest.fixture(scope="module")
def proxy(app):
    return Proxy(with_routes(app))


def identity(answer):
    """The headers that tell the API behind who is calling."""
    return tuple(answer.headers[f"x-faregate-{name}"] for name in IDENTITY)


async def test_a_key_passes_and_pays_and_the_api_learns_whose_it_is(proxy, world):
    plan = await world.plan(minute=(60, 60))
    organization = await world.organization(credits=10, plan=plan)
    key = await world.api_key(organization, scopes=["forecast:write", "forecast:read"])

    answer = await proxy.ask("/reports", key.headers, method="POST")

    assert (answer.status_code, answer.content) == (200, b"")
    assert identity(answer) == (
        f"key:{key.row.id}", str(organization.id), str(key.row.id), "forecast:read forecast:write", "5",
    )  # fmt: skip
    assert answer.headers["ratelimit-policy"] == '"minute";q=60;w=60'
    assert answer.headers["ratelimit"].startswith('"minute";r=59;')
    (_, charge) = await world.entries(organization.id)
    assert (charge.amount, charge.reason, charge.charge_id) == (-5, "POST /reports", None)


async def test_a_session_passes_and_names_its_person(proxy, world):
    person = await world.caller(by="session", credits=10)

    answer = await proxy.ask("/reports/7?page=2", person.headers)

    assert answer.status_code == 200
    assert identity(answer)[0] == f"user:{person.user_id}"
    assert (answer.headers["x-faregate-key"], answer.headers["x-faregate-credits-remaining"]) == ("", "8")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("below", ["", "/", "/files/a/b?c=/d"])
async def test_any_method_and_any_path_below_will_do(app, world, method, below):
    caller = await world.caller(by="api_key", credits=0)

    answer = await Proxy(app).ask(None, caller.headers, method=method, below=below)

    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_route_that_is_not_listed_costs_nothing_and_needs_a_credential(proxy, world):
    caller = await world.caller(by="api_key", credits=0)

    assert (await proxy.ask("/elsewhere", caller.headers)).status_code == 200
    assert (await proxy.ask("/elsewhere")).status_code == 401


async def test_what_is_not_listed_is_refused_where_the_operator_says_so(app, world):
    proxy = Proxy(with_routes(app, {"unlisted": "refuse"}))
    caller = await world.caller(by="api_key")

    answer = await proxy.ask("/elsewhere", caller.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "route_not_listed")
    assert (await proxy.ask("/reports/7", caller.headers)).status_code == 200


async def test_a_path_beside_is_not_here(client, caller):
    assert (await client.get(FORWARD_PATH + "s", headers=caller.headers)).status_code == 404


async def make_refused(world, kind):
    """The headers of a client that is refused in this way."""
    if kind == "nobody":
        return {}
    if kind == "cookie":
        caller = await world.caller(by="session")
        return {"Cookie": f"__Host-faregate_access={caller.credential}"}
    values = {
        "revoked": {"revoked_at": world.resources.clock()},
        "disabled": {"enabled": False},
        "elsewhere": {"allowed_cidrs": ["192.0.2.0/24"]},
        "scopeless": {"scopes": []},
    }.get(kind, {})
    scopes = {"scopes": ["forecast:write"], **values}
    organization = await world.organization(credits=4 if kind == "poor" else 100)
    key = await world.api_key(organization, **scopes)
    if kind == "malformed":
        return {"X-API-Key": key.api_key + "x"}
    other = {"X-API-Key": "fg_live_x"} if kind == "two" else {}
    return {**key.headers, **other}


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("nobody", 401, "unauthenticated"),
        ("cookie", 401, "unauthenticated"),
        ("malformed", 401, "invalid_credential"),
        ("two", 401, "invalid_credential"),
        ("revoked", 401, "invalid_credential"),
        ("disabled", 401, "invalid_credential"),
        ("elsewhere", 403, "address_not_allowed"),
        ("scopeless", 403, "insufficient_scope"),
        ("poor", 402, "insufficient_credits"),
    ],
)
@pytest.mark.parametrize("mode", ["plain", "nginx"])
async def test_a_refusal_is_a_problem_that_every_proxy_can_hand_on(proxy, world, kind, status, code, mode):
    headers = await make_refused(world, kind)

    answer = await proxy.ask("/reports?x=1", headers, method="POST", X_Faregate_Mode=mode)

    problem = answer.json()
    assert answer.status_code == (403 if (mode, status) == ("nginx", 402) else status)
    assert (problem["status"], problem["code"], problem["instance"]) == (status, code, "/reports")
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("www-authenticate" in answer.headers) == (status == 401 or kind == "scopeless")
    assert answer.headers.get("x-auth-status") == (str(status) if mode == "nginx" else None)
    assert answer.headers.get("x-auth-problem") == (answer.text if mode == "nginx" else None)
    assert not [name for name in answer.headers if name.startswith("x-faregate-")]


@pytest.mark.parametrize(("mode", "status"), [("plain", 429), ("nginx", 403)])
async def test_a_client_that_is_too_fast_is_told_when_to_come_back(proxy, world, mode, status):
    plan = await world.plan(exports=(2, 3_600), minute=(9, 60))
    key = await world.api_key(await world.organization(plan=plan))
    await proxy.ask("/exports", key.headers)

    answer = await proxy.ask("/exports", key.headers, X_Faregate_Mode=mode)

    assert (answer.status_code, answer.json()["limit"]) == (status, "exports")
    assert int(answer.headers["retry-after"]) == answer.json()["retry_after_seconds"] > 3_000
    assert answer.headers["ratelimit"].startswith('"exports";r=0;')
    assert answer.headers.get("x-auth-status") == ("429" if mode == "nginx" else None)


async def test_a_plan_without_the_limit_of_a_route_does_not_have_the_route(proxy, world):
    """A limit that nobody has must not be a limit that nobody meets."""
    caller = await world.caller(by="api_key")

    answer = await proxy.ask("/exports", caller.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_in_plan")


async def test_a_refused_key_learns_nothing_about_its_plan(proxy, world):
    key = await world.api_key(await world.organization(), enabled=False)

    assert (await proxy.ask("/exports", key.headers)).status_code == 401


async def test_a_key_for_tests_passes_free_of_charge(proxy, world):
    organization = await world.organization(credits=0)
    key = await world.api_key(organization, environment="test")

    assert (await proxy.ask("/reports/7", key.headers)).status_code == 200


async def test_an_operator_who_acts_for_somebody_spends_nothing_of_theirs(proxy, world, client):
    operator, person = await world.operator(), await world.caller()
    impersonation = await client.post(
        f"/api/v1/users/{person.user_id}/impersonation", headers=operator.headers, json={"reason": "support"}
    )
    token = impersonation.json()["access_token"]

    answer = await proxy.ask("/reports/7", Authorization=f"Bearer {token}")

    assert answer.status_code == 401
    assert await world.balance(person.organization_id) == 1_000


async def test_the_route_answers_as_the_lane_does(app, world):
    lane, road = with_routes(app), with_routes(app)
    road.layers = [layer for layer in road.layers if layer.cls is not FastLaneMiddleware]
    caller = await world.caller(by="api_key")

    for headers in (caller.headers, {}):
        asked = [
            await Proxy(each).ask("/reports/7", headers, X_Faregate_Mode="nginx") for each in (lane, road)
        ]

        first, second = [(each.status_code, sorted(each.headers), len(each.content)) for each in asked]
        assert first == second
