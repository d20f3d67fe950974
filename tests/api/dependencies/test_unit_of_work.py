"""A request is one transaction: committed before its answer leaves, or answered with an error."""

from decimal import Decimal

import pytest
from fastapi import APIRouter, Depends
from sqlalchemy import text, update

from app.api.dependencies.guards import Charge
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.session import SessionDep
from app.core.database import transaction
from app.models import Organization
from tests.api.dependencies.guarded import connect, mount

PAID = Depends(Charge(5, reason="test.work"), scope="function")
router = APIRouter(prefix="/test")


async def rename(session, caller):
    statement = update(Organization).where(Organization.id == caller.organization_id)
    await session.execute(statement.values(name="Worked"))


@router.post("/work", dependencies=[PAID])
async def work(caller: PrincipalDep, session: SessionDep) -> dict[str, str]:
    await rename(session, caller)
    number = await session.scalar(text("SELECT pg_current_xact_id()::text"))
    return {"transaction": str(number)}


@router.post("/deferred", dependencies=[PAID])
async def deferred(caller: PrincipalDep, session: SessionDep) -> dict[str, str]:
    """Breaks a rule that PostgreSQL looks at only in the commit."""
    await rename(session, caller)
    await session.execute(
        text("CREATE TEMPORARY TABLE rule (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP")
    )
    await session.execute(text("INSERT INTO rule VALUES (1), (1)"))
    return {"done": "yes"}


@router.post("/cut")
async def cut(caller: PrincipalDep, session: SessionDep) -> dict[str, str]:
    """Loses its connection after the work, just before the commit."""
    await rename(session, caller)
    pid = await session.scalar(text("SELECT pg_backend_pid()"))
    async with transaction(session.bind) as other:
        await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    return {"done": "yes"}


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application) as client:
        yield client


async def has_worked(world, caller):
    return (await world.get_organization(caller.organization_id)).name == "Worked"


@pytest.mark.parametrize(("path", "status"), [("deferred", 500), ("cut", 503)])
async def test_a_commit_that_fails_is_never_answered_with_success(http, world, caller, path, status):
    """Trap D: with the default scope the client gets its 200 before the commit."""
    answer = await http.post(f"/test/{path}", headers=caller.headers)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not await has_worked(world, caller)
    assert await world.balance(caller.organization_id) == 1_000


async def test_the_next_request_works_after_a_connection_was_lost(http, world, caller):
    await http.post("/test/cut", headers=caller.headers)

    assert (await http.post("/test/work", headers=caller.headers)).status_code == 200


async def test_everything_is_committed_before_the_first_byte_of_the_answer_leaves(application, world, caller):
    """Trap D: code after `yield` in a dependency runs after the response."""
    seen = []

    async def watch(scope, receive, send):
        async def look_and_send(message):
            seen.append((await world.balance(caller.organization_id), await has_worked(world, caller)))
            await send(message)

        await application(scope, receive, look_and_send)

    async with connect(watch) as http:
        await http.post("/test/work", headers=caller.headers)

    assert seen[0] == (995, True)


async def test_the_work_and_its_price_are_one_transaction(http, world, caller, resources):
    """Trap D: two session aliases with different scopes open two sessions."""
    answer = await http.post("/test/work", headers=caller.headers)

    async with transaction(resources.engine) as session:
        query = text("SELECT xmin::text FROM ledger_entries WHERE organization_id = :o AND kind = 'charge'")
        (number,) = await session.scalars(query, {"o": caller.organization_id})
    assert Decimal(answer.json()["transaction"]) % 2**32 == Decimal(number)
