"""The guard of step-up: a session is fresh for ten minutes after its person proved who they are (SEC-12)."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import APIRouter, Depends

from app.api.dependencies.guards import RequireFreshSession
from tests.api.dependencies.guarded import connect, mount

router = APIRouter(prefix="/test")


@router.post("/delete-everything", dependencies=[Depends(RequireFreshSession())])
async def delete_everything() -> None: ...


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application) as client:
        yield client


async def sign_in(world, ago):
    user = await world.user()
    organization = await world.organization(owner=user)
    return await world.session_caller(user, organization, authenticated_at=datetime.now(UTC) - ago)


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(minutes=9, seconds=50)])
async def test_a_session_authenticated_lately_passes(http, world, ago):
    caller = await sign_in(world, ago)

    assert (await http.post("/test/delete-everything", headers=caller.headers)).status_code == 200


@pytest.mark.parametrize("ago", [timedelta(minutes=10, seconds=1), timedelta(days=30)])
async def test_an_older_one_is_told_how_to_become_fresh(http, world, ago):
    caller = await sign_in(world, ago)

    answer = await http.post("/test/delete-everything", headers=caller.headers)

    assert answer.status_code == 403
    assert answer.json()["code"] == "reauthentication_required"
    assert answer.json()["max_age_seconds"] == 600
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="faregate", error="insufficient_user_authentication", max_age="600"'
    )


async def test_an_api_key_is_no_session(http, world):
    caller = await world.caller(by="api_key")

    answer = await http.post("/test/delete-everything", headers=caller.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "session_required")


async def test_a_stranger_is_asked_who_they_are_first(http):
    assert (await http.post("/test/delete-everything")).status_code == 401
