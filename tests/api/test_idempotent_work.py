"""What is kept of work that fails, of work that is broken off, and of answers that are lost."""

import asyncio
from uuid import uuid4

import pytest
from fastapi import APIRouter
from sqlalchemy import select, text, update

from app.api.access import NOTHING, credential
from app.api.dependencies.guards import Charge
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.session import SessionDep
from app.api.strict_route import StrictRoute
from app.core.database import transaction
from app.core.exceptions import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    InvalidFieldError,
    NotFoundError,
    OverloadedError,
    PreconditionFailedError,
    RateLimitedError,
    UnauthenticatedError,
)
from app.models import IdempotencyKey, Organization
from tests.api.asgi import ask
from tests.api.dependencies.guarded import connect, mount
from tests.factories.idempotency import answer_held_back, find_waiting

FAILURES = {
    "not_found": NotFoundError(),
    "conflict": ConflictError("Not like this."),
    "stale": PreconditionFailedError(),
    "bad": BadRequestError("What?"),
    "unknown": UnauthenticatedError("Who?"),
    "forbidden": ForbiddenError("Not you."),
    "invalid": InvalidFieldError("/a", "Must be another."),
    "limited": RateLimitedError("minute", retry_after_seconds=1),
    "overloaded": OverloadedError(),
    "broken": ZeroDivisionError(),
}
FINAL = {"not_found", "conflict", "stale"}
works = credential(audit=NOTHING)
router = APIRouter(prefix="/test", route_class=StrictRoute)
worked = []
"""The organizations for whom work was done."""


async def work(session, caller):
    """Something that is committed with the request, or undone with it."""
    worked.append(caller.organization_id)
    mine = update(Organization).where(Organization.id == caller.organization_id)
    await session.execute(mine.values(name="Worked"))


@router.post("/failures/{name}", dependencies=[works])
async def fail(name: str, caller: PrincipalDep, session: SessionDep) -> None:
    await work(session, caller)
    raise FAILURES[name]


@router.post("/paid", dependencies=[credential(audit=NOTHING, charge=Charge(5, reason="test.work"))])
async def pay(caller: PrincipalDep, session: SessionDep) -> None:
    await work(session, caller)


@router.post("/pause", dependencies=[works])
async def pause(caller: PrincipalDep, session: SessionDep) -> None:
    await work(session, caller)
    if worked.count(caller.organization_id) == 1:
        await asyncio.Event().wait()


@router.post("/ruin", dependencies=[works])
async def ruin(caller: PrincipalDep, session: SessionDep) -> None:
    await work(session, caller)
    if worked.count(caller.organization_id) == 1:
        await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.fixture(scope="module")
async def application(app):
    return mount(app, router)


@pytest.fixture
async def client(application):
    async with connect(application) as http:
        yield http


@pytest.fixture
async def caller(world):
    """Somebody whose requests all have the same idempotency key."""
    caller = await world.caller()
    caller.headers["Idempotency-Key"] = str(uuid4())
    return caller


async def name_of(world, caller):
    return (await world.get_organization(caller.organization_id)).name


async def kept(resources, caller):
    """How many answers are kept for the caller."""
    async with transaction(resources.engine) as session:
        query = select(IdempotencyKey.id).where(IdempotencyKey.user_id == caller.user_id)
        return len((await session.scalars(query)).all())


@pytest.mark.parametrize("name", FAILURES)
async def test_work_that_fails_is_undone_and_what_it_has_found_is_final(
    client, caller, world, resources, name
):
    answers = [await client.post(f"/test/failures/{name}", headers=caller.headers) for _ in range(2)]

    assert answers[0].status_code == getattr(FAILURES[name], "status", 500)
    assert worked.count(caller.organization_id) == (1 if name in FINAL else 2)
    assert await kept(resources, caller) == (name in FINAL)
    assert ("idempotent-replayed" in answers[1].headers) is (name in FINAL)
    assert (answers[1].content == answers[0].content) is (name in FINAL)
    assert await name_of(world, caller) == "Test organization"


async def test_what_could_not_be_paid_is_answered_the_same_after_a_top_up(client, world, resources):
    caller = await world.caller(credits=4)
    headers = caller.headers | {"Idempotency-Key": "top-up"}
    first = await client.post("/test/paid", headers=headers)
    await world.grant(caller.organization_id, 10)

    again = await client.post("/test/paid", headers=headers)

    assert (first.status_code, again.status_code) == (402, 402)
    assert again.content == first.content
    assert await world.balance(caller.organization_id) == 14


async def test_a_repetition_is_not_paid_again(client, caller, world):
    for _ in range(3):
        assert (await client.post("/test/paid", headers=caller.headers)).status_code == 200

    assert worked.count(caller.organization_id) == 1
    assert await world.balance(caller.organization_id) == 1_000 - 5


async def test_work_that_was_broken_off_is_done_by_the_repetition(client, caller, world, resources):
    attempt = asyncio.create_task(client.post("/test/pause", headers=caller.headers))
    while not worked.count(caller.organization_id):
        await asyncio.sleep(0.01)
    meanwhile = await client.post("/test/pause", headers=caller.headers)
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt

    assert meanwhile.json()["code"] == "idempotency_key_in_flight"
    assert meanwhile.headers["retry-after"] == "1"
    assert await name_of(world, caller) == "Test organization"
    assert await kept(resources, caller) == 0
    assert (await client.post("/test/pause", headers=caller.headers)).status_code == 200
    assert await name_of(world, caller) == "Worked"


async def test_work_whose_connection_was_lost_is_done_by_the_repetition(client, caller, world, resources):
    lost = await client.post("/test/ruin", headers=caller.headers)

    assert (lost.status_code, lost.json()["code"]) == (503, "database_unavailable")
    assert await kept(resources, caller) == 0
    assert (await client.post("/test/ruin", headers=caller.headers)).status_code == 200
    assert worked.count(caller.organization_id) == 2


async def test_an_answer_that_cannot_be_kept_is_not_given_and_its_work_not_done(
    client, caller, world, resources, database_url
):
    name = caller.headers["Idempotency-Key"]
    body = {"nothing": 1}
    async with answer_held_back(database_url, caller, "/test/paid", name, body) as rival:
        attempt = asyncio.create_task(client.post("/test/paid", json=body, headers=caller.headers))
        await rival.execute("SELECT pg_terminate_backend($1)", await find_waiting(rival))
        refused = await attempt

    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    assert worked.count(caller.organization_id) == 1
    assert await name_of(world, caller) == "Test organization"
    assert await world.balance(caller.organization_id) == 1_000
    assert (await client.post("/test/paid", json=body, headers=caller.headers)).status_code == 200
    assert await world.balance(caller.organization_id) == 1_000 - 5


async def test_an_answer_that_was_lost_on_its_way_is_given_again(application, client, caller, world):
    async def lose(_message):
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await ask(application, list(caller.headers.items()), path="/test/paid", send=lose)
    again = await client.post("/test/paid", headers=caller.headers)

    assert again.status_code == 200
    assert again.headers["idempotent-replayed"] == "true"
    assert worked.count(caller.organization_id) == 1
