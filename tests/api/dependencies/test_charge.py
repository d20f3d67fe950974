"""The guard of price: refused before the work, taken with the work, never for work that failed."""

import asyncio
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Depends
from fastapi.exceptions import DependencyScopeError
from sqlalchemy import update

from app.api.dependencies.guards import Charge, RateLimit, RateLimits
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.session import SessionDep
from app.core.exceptions import ConflictError
from app.models import Organization
from tests.api.dependencies.guarded import connect, mount
from tests.factories.gate import call

COST = 5
PAID = Depends(Charge(COST, reason="test.work"), scope="function")
ONCE = Depends(Charge(COST, reason="test.thing", once_per="thing_id"), scope="function")
LIMIT = RateLimit("charged", quota=1, period_seconds=3_600)
router = APIRouter(prefix="/test")
worked = []
"""The organizations for whom work was done."""


async def work(session, caller):
    """Something that is committed with the request, or undone with it."""
    worked.append(caller.organization_id)
    statement = update(Organization).where(Organization.id == caller.organization_id)
    await session.execute(statement.values(name="Worked"))


@router.post("/paid", dependencies=[PAID])
async def paid(caller: PrincipalDep, session: SessionDep) -> dict[str, str]:
    await work(session, caller)
    return {"done": "yes"}


@router.post("/failing", dependencies=[PAID])
async def failing(caller: PrincipalDep, session: SessionDep) -> None:
    await work(session, caller)
    raise ConflictError("Not like this.")


@router.post("/broken", dependencies=[PAID])
async def broken(caller: PrincipalDep, session: SessionDep) -> None:
    await work(session, caller)
    raise ZeroDivisionError


@router.post("/strict", dependencies=[PAID])
async def strict(number: int) -> None: ...


@router.post("/limited", dependencies=[Depends(RateLimits((LIMIT,))), PAID])
async def limited() -> None: ...


@router.put("/things/{thing_id}", dependencies=[ONCE])
async def buy(thing_id: UUID) -> None: ...


class Workshop:
    """Work that takes as long as a test wants."""

    def __init__(self):
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()


@router.post("/slow", dependencies=[PAID])
async def slow(caller: PrincipalDep, session: SessionDep) -> None:
    await work(session, caller)
    workshop = workshops[caller.organization_id]
    workshop.begun.set()
    await workshop.may_end.wait()


workshops: dict[UUID, Workshop] = {}


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application) as client:
        yield client


async def charges(world, caller):
    entries = await world.entries(caller.organization_id)
    return [(entry.amount, entry.reason, entry.charge_id) for entry in entries if entry.kind == "charge"]


async def has_worked(world, caller):
    return (await world.get_organization(caller.organization_id)).name == "Worked"


def statuses(answers):
    return [answer.status_code for answer in answers]


async def test_work_is_paid_once_it_is_done(http, world, caller):
    answer = await http.post("/test/paid", headers=caller.headers)

    assert (answer.status_code, answer.json()) == (200, {"done": "yes"})
    (entry,) = (await world.entries(caller.organization_id))[1:]
    assert (entry.amount, entry.reason, entry.charge_id) == (-COST, "test.work", None)
    assert (entry.api_key_id, entry.user_id) == (caller.key_id, None if caller.key_id else caller.user_id)
    assert entry.request_id == answer.headers["X-Request-ID"]
    assert await world.balance(caller.organization_id) == 995


async def test_what_cannot_be_paid_is_refused_before_the_work_begins(http, world):
    caller = await world.caller(credits=COST - 1)

    answer = await http.post("/test/paid", headers=caller.headers)

    assert answer.status_code == 402
    problem = answer.json()
    assert (problem["code"], problem["required"], problem["available"]) == ("insufficient_credits", 5, 4)
    assert caller.organization_id not in worked
    assert await charges(world, caller) == []


async def test_the_last_credits_are_good(http, world):
    caller = await world.caller(credits=COST)

    answers = [await http.post("/test/paid", headers=caller.headers) for _ in range(2)]

    assert statuses(answers) == [200, 402]
    assert await world.balance(caller.organization_id) == 0


@pytest.mark.parametrize(("path", "status"), [("failing", 409), ("broken", 500), ("strict", 422)])
async def test_work_that_fails_is_undone_and_costs_nothing(http, world, caller, path, status):
    answer = await http.post(f"/test/{path}", headers=caller.headers)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await charges(world, caller) == []
    assert not await has_worked(world, caller)
    assert await world.balance(caller.organization_id) == 1_000


async def test_a_limited_call_does_not_pay(http, world, caller):
    """Trap C: a credit taken before the limit check."""
    answers = [await http.post("/test/limited", headers=caller.headers) for _ in range(3)]

    assert statuses(answers) == [200, 429, 429]
    assert await world.balance(caller.organization_id) == 995


async def test_a_test_key_works_for_free_even_without_credits(http, world):
    organization = await world.organization(credits=0)
    key = await world.api_key(organization, environment="test")

    answer = await http.post("/test/paid", headers=key.headers)

    assert answer.status_code == 200
    assert await world.entries(organization.id) == []


async def test_a_cap_of_the_key_is_a_402_too(http, world):
    organization = await world.organization(credits=100)
    key = await world.api_key(organization, credit_cap=2 * COST + 1)

    answers = [await http.post("/test/paid", headers=key.headers) for _ in range(3)]

    assert statuses(answers) == [200, 200, 402]
    assert answers[2].json()["available"] == 1
    assert await world.balance(organization.id) == 90


async def test_calls_at_once_never_overspend_and_unpaid_work_is_undone(http, world):
    """Trap C: check-then-deduct, so that concurrent calls overspend."""
    caller = await world.caller(credits=3 * COST + 2)

    answers = await asyncio.gather(*(http.post("/test/paid", headers=caller.headers) for _ in range(10)))

    assert sorted(statuses(answers)) == [200] * 3 + [402] * 7
    assert await world.balance(caller.organization_id) == 2
    assert len(await charges(world, caller)) == 3


async def test_credits_that_went_while_the_work_was_done_are_missed_at_its_end(http, world, resources):
    caller = await world.caller(by="api_key", credits=COST)
    workshop = workshops[caller.organization_id] = Workshop()
    request = asyncio.create_task(http.post("/test/slow", headers=caller.headers))
    await asyncio.wait_for(workshop.begun.wait(), timeout=5)
    key = await world.api_key(await world.get_organization(caller.organization_id))

    await resources.gate.admit(call(key, cost=1))
    workshop.may_end.set()
    answer = await request

    assert answer.status_code == 402
    assert answer.json()["available"] == COST - 1
    assert not await has_worked(world, caller)
    assert await world.balance(caller.organization_id) == COST - 1


async def test_the_account_is_not_locked_while_the_work_is_done(http, world, resources):
    caller = await world.caller(credits=100)
    workshop = workshops[caller.organization_id] = Workshop()
    request = asyncio.create_task(http.post("/test/slow", headers=caller.headers))
    await asyncio.wait_for(workshop.begun.wait(), timeout=5)
    key = await world.api_key(await world.get_organization(caller.organization_id))

    meanwhile = await asyncio.wait_for(resources.gate.admit(call(key, cost=7)), timeout=1)
    workshop.may_end.set()
    answer = await request

    assert meanwhile.verdicts[0].code == "VALID"
    assert answer.status_code == 200
    assert await world.balance(caller.organization_id) == 100 - 7 - COST


async def test_one_thing_is_paid_once_though_bought_twenty_times_at_once(http, world, caller):
    """Trap C: a retry that pays twice."""
    thing = uuid4()

    answers = await asyncio.gather(
        *(http.put(f"/test/things/{thing}", headers=caller.headers) for _ in range(20))
    )

    assert statuses(answers) == [200] * 20
    assert await charges(world, caller) == [(-COST, "test.thing", f"test.thing:{thing}")]


async def test_a_thing_has_one_price_however_its_id_is_spelt_and_whoever_of_the_organization_pays(
    http, world
):
    person = await world.caller(credits=2 * COST)
    key = await world.api_key(await world.get_organization(person.organization_id))
    thing = uuid4()
    spellings = [str(thing), str(thing).upper(), thing.hex, f"{{{thing}}}", thing.urn]

    answers = [
        await http.put(f"/test/things/{spelling}", headers=each.headers)
        for spelling in spellings
        for each in (person, key)
    ]

    assert statuses(answers) == [200] * 10
    assert await world.balance(person.organization_id) == COST


async def test_another_thing_and_another_organization_pay_for_themselves(http, world):
    one, other = [await world.caller(credits=2 * COST) for _ in range(2)]
    things = [uuid4(), uuid4()]

    for caller in (one, other):
        for thing in things:
            assert (await http.put(f"/test/things/{thing}", headers=caller.headers)).status_code == 200

    assert [await world.balance(each.organization_id) for each in (one, other)] == [0, 0]


async def test_a_thing_that_is_paid_stays_free_on_an_empty_account(http, world):
    caller = await world.caller(credits=COST)
    thing, new = uuid4(), uuid4()
    await http.put(f"/test/things/{thing}", headers=caller.headers)

    answers = [await http.put(f"/test/things/{each}", headers=caller.headers) for each in (thing, new)]

    assert statuses(answers) == [200, 402]


def test_a_price_without_function_scope_does_not_even_start():
    """Trap D: code after `yield` runs after the response unless `scope="function"`."""
    with pytest.raises(DependencyScopeError):

        @APIRouter().post("/late", dependencies=[Depends(Charge(COST, reason="late"))])
        async def late() -> None: ...


@pytest.mark.parametrize("path", ["/test/paid", "/test/failing", "/test/broken"])
async def test_no_query_parameter_makes_a_call_free(http, world, caller, path):
    """Trap A1: `balance` becomes a query parameter; `?balance=999` gets the paid call free."""
    poor = await world.caller(credits=0)

    answer = await http.post(f"{path}?balance=999&cost=0&principal=x&credits=9", headers=poor.headers)

    assert answer.status_code in {402, 422}
    assert poor.organization_id not in worked
