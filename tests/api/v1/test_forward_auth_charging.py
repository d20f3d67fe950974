"""One charge for one request of a client, however often its proxy asks; and none for free."""

import pytest

from tests.factories.forward import Proxy, with_routes
from tests.factories.gate import verify


@pytest.fixture(scope="module")
def proxy(app):
    return Proxy(with_routes(app))


@pytest.fixture
async def caller(world):
    return await world.caller(by="api_key", credits=10)


async def charges(world, caller):
    """What was taken, and under which ids."""
    entries = await world.entries(caller.organization_id)
    return [(entry.amount, entry.charge_id) for entry in entries if entry.kind == "charge"]


async def test_a_request_that_is_asked_about_again_is_charged_once(proxy, world, caller):
    """Trap C: a retry that pays twice."""
    first, again = [await proxy.ask("/reports/7", caller.headers, X_Request_ID="one") for _ in range(2)]

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["x-faregate-credits-remaining"] == "8"
    assert await charges(world, caller) == [(-2, "forward-auth:one")]


async def test_another_request_is_another_charge(proxy, world, caller):
    for request_id in ("one", "two"):
        await proxy.ask("/reports/7", caller.headers, X_Request_ID=request_id)

    assert len(await charges(world, caller)) == 2


@pytest.mark.parametrize("mode", ["plain", "nginx"])
async def test_an_id_that_was_charged_for_something_else_is_refused(proxy, world, caller, mode):
    await proxy.ask("/reports/7", caller.headers, X_Request_ID="one")

    answer = await proxy.ask("/files/x", caller.headers, X_Request_ID="one", X_Faregate_Mode=mode)

    assert answer.status_code == (422 if mode == "plain" else 403)
    assert answer.json()["code"] == "charge_id_reused"
    assert len(await charges(world, caller)) == 1


async def test_a_stranger_s_request_id_does_not_make_the_second_request_free(app, world, caller):
    proxy = Proxy(with_routes(app, trusted=False))

    for _ in range(2):
        await proxy.ask("/reports/7", caller.headers, X_Request_ID="one")

    assert await charges(world, caller) == [(-2, None), (-2, None)]


@pytest.mark.parametrize(
    "ids",
    [
        [("X-Request-ID", "one"), ("X-Request-ID", "one")],
        [("X-Request-ID", "")],
        [("X-Request-ID", "no id")],
        [("X-Request-ID", "x" * 65)],
    ],
    ids=str,
)
async def test_what_cannot_be_a_request_id_makes_nothing_free(proxy, world, caller, ids):
    for _ in range(2):
        await proxy.ask("/reports/7", caller.headers, *ids)

    assert await charges(world, caller) == [(-2, None), (-2, None)]


async def test_the_ids_of_proxies_and_of_services_are_apart(proxy, client, world, caller):
    service = await world.service_key()
    await proxy.ask("/reports/7", caller.headers, X_Request_ID="one")

    verdict = await verify(client, service, caller.credential, cost=2, charge_id="one")

    assert (verdict["code"], verdict["replayed"]) == ("VALID", False)
    assert len(await charges(world, caller)) == 2


async def test_a_refused_request_may_be_asked_about_again_after_a_top_up(proxy, world):
    caller = await world.caller(by="api_key", credits=1)
    refused = await proxy.ask("/reports/7", caller.headers, X_Request_ID="one")
    await world.grant(caller.organization_id, 5)

    passed = await proxy.ask("/reports/7", caller.headers, X_Request_ID="one")

    assert (refused.status_code, passed.status_code) == (402, 200)
    assert (refused.json()["required"], refused.json()["available"]) == (2, 1)
