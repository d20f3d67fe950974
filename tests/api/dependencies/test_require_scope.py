"""The guard of permissions, before anything is taken."""

import pytest
from fastapi import APIRouter, Depends

from app.api.dependencies.guards import Charge, RequireScope
from app.core.scopes import Scope
from tests.api.dependencies.guarded import connect, mount

router = APIRouter(prefix="/test")


@router.get("/read", dependencies=[Depends(RequireScope(Scope.BLOG_POSTS_READ))])
async def read() -> None: ...


@router.post(
    "/sell",
    dependencies=[
        Depends(RequireScope(Scope.CREDITS_GRANT)),
        Depends(Charge(5, reason="test"), scope="function"),
    ],
)
async def sell() -> None: ...


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application) as client:
        yield client


async def test_who_holds_the_scope_passes(http, caller):
    assert (await http.get("/test/read", headers=caller.headers)).status_code == 200


async def test_who_lacks_it_is_told_its_name(http, world):
    key = await world.api_key(await world.organization(), scopes=["credits:read"])

    answer = await http.get("/test/read", headers=key.headers)

    assert answer.status_code == 403
    assert (answer.json()["code"], answer.json()["required_scopes"]) == (
        "insufficient_scope",
        ["blog_posts:read"],
    )
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="faregate", error="insufficient_scope", scope="blog_posts:read"'
    )


async def test_a_refused_caller_pays_nothing(http, world, caller):
    answer = await http.post("/test/sell", headers=caller.headers)

    assert answer.status_code == 403
    assert await world.balance(caller.organization_id) == 1_000


async def test_an_operators_scope_on_a_customers_key_opens_nothing(http, world):
    key = await world.api_key(await world.organization(), scopes=[Scope.CREDITS_GRANT])

    assert (await http.post("/test/sell", headers=key.headers)).status_code == 403


async def test_a_stranger_is_asked_who_they_are_first(http):
    assert (await http.get("/test/read")).status_code == 401
