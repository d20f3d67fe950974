"""The guards of speed: exact to the request, each caller by their own bucket."""

import asyncio
import secrets

import pytest
from fastapi import APIRouter

from app.api.access import credential, public
from app.api.dependencies.guards import AddressRateLimit, Per, RateLimit
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from tests.api.dependencies.guarded import connect, fresh, mount, new_address

router = APIRouter(prefix="/test", route_class=StrictRoute)
HOUR = 3_600


def limit(name, **values):
    """Three an hour."""
    return RateLimit(name, **{"quota": 3, "period_seconds": HOUR, **values})


@router.get("/export", dependencies=[credential(limits=(limit("export"),))])
async def export() -> None: ...


@router.get("/other", dependencies=[credential(limits=(limit("other"),))])
async def other() -> None: ...


@router.get("/both", dependencies=[credential(limits=(limit("wide", quota=9), limit("export")))])
async def both() -> None: ...


@router.get("/mine", dependencies=[credential(limits=(limit("mine", per=Per.USER),))])
async def mine() -> None: ...


@router.get("/scoped", dependencies=[credential(Scope.CREDITS_GRANT, limits=(limit("scoped", quota=1),))])
async def scoped() -> None: ...


@router.get(
    "/open", dependencies=[public(limits=(AddressRateLimit("open", quota=lambda _: 3, period_seconds=HOUR),))]
)
async def open_to_all() -> None: ...


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application) as client:
        yield client


def statuses(answers):
    return [answer.status_code for answer in answers]


async def test_exactly_the_quota_passes_then_429_tells_when_to_come_back(http, caller):
    """Trap B: a limiter that never ran."""
    answers = [await http.get("/test/export", headers=caller.headers) for _ in range(5)]

    assert statuses(answers) == [200, 200, 200, 429, 429]
    refused = answers[3]
    assert (refused.json()["code"], refused.json()["limit"]) == ("rate_limited", "route:export")
    assert 0 < refused.json()["retry_after_seconds"] == int(refused.headers["Retry-After"]) <= HOUR // 3
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == [
        f'"route:export";r={left}' for left in (2, 1, 0, 0, 0)
    ]
    assert refused.headers["RateLimit-Policy"] == '"route:export";q=3;w=3600'


async def test_exactly_the_quota_passes_of_twenty_at_once(http, caller):
    """Trap A2: count-then-add is not atomic."""
    answers = await asyncio.gather(*(http.get("/test/export", headers=caller.headers) for _ in range(20)))

    assert sorted(statuses(answers)) == [200] * 3 + [429] * 17


async def test_each_route_has_its_own_bucket(http, caller):
    """Trap B: the limit's name missing from the key."""
    await asyncio.gather(*(http.get("/test/export", headers=caller.headers) for _ in range(3)))

    assert (await http.get("/test/other", headers=caller.headers)).status_code == 200


async def test_all_credentials_of_an_organization_share_its_bucket_and_others_have_their_own(http, world):
    """Trap B: one bucket shared by all callers by default."""
    person = await world.caller()
    organization = await world.get_organization(person.organization_id)
    keys = [await world.api_key(organization) for _ in range(3)]
    stranger = await world.caller()

    answers = [await http.get("/test/export", headers=each.headers) for each in [person, *keys, stranger]]

    assert statuses(answers) == [200, 200, 200, 429, 200]


async def test_a_limit_per_user_counts_each_member_alone(http, world):
    organization = await world.organization()
    people = []
    for _ in range(2):
        user = await world.user()
        await world.member(organization, user, role="developer")
        people.append(await world.session_caller(user, organization))

    answers = [await http.get("/test/mine", headers=person.headers) for person in people for _ in range(4)]

    assert statuses(answers) == [200, 200, 200, 429] * 2


async def test_the_plan_and_the_route_show_their_limits_side_by_side(http, world):
    caller = await world.caller(plan=await world.plan(minute=(10, HOUR)))

    answer = await http.get("/test/export", headers=caller.headers)

    assert answer.headers["RateLimit-Policy"] == '"minute";q=10;w=3600, "route:export";q=3;w=3600'
    assert answer.headers["RateLimit"] == '"minute";r=9;t=360, "route:export";r=2;t=1200'


async def test_a_caller_whom_the_plan_refuses_uses_up_nothing_of_the_route(http, world):
    """Trap B: a refused call that consumes other limits."""
    plan = await world.plan(minute=(1, HOUR))
    caller = await world.caller(plan=plan)
    stranger = await world.api_key(
        await world.get_organization(caller.organization_id), plan_id=(await world.plan()).id
    )
    refused = [await http.get("/test/export", headers=caller.headers) for _ in range(5)]

    answers = [await http.get("/test/export", headers=stranger.headers) for _ in range(3)]

    assert statuses(refused) == [200] + [429] * 4
    assert statuses(answers) == [200, 200, 429]


async def test_a_caller_whom_the_route_refuses_uses_up_nothing_of_the_plan(http, world):
    """Trap B: a refused call that consumes other limits."""
    caller = await world.caller(plan=await world.plan(minute=(5, HOUR)))

    answers = [await http.get("/test/export", headers=caller.headers) for _ in range(9)]
    elsewhere = [await http.get("/test/other", headers=caller.headers) for _ in range(3)]

    assert statuses(answers) == [200] * 3 + [429] * 6
    assert [answer.json()["limit"] for answer in answers[3:]] == ["route:export"] * 6
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers[3:]] == ['"minute";r=2'] * 6
    assert statuses(elsewhere) == [200, 200, 429]
    assert elsewhere[2].json()["limit"] == "minute"


async def test_of_two_limits_of_a_route_none_is_taken_where_the_other_one_refuses(http, caller):
    """Trap B: a refused call that consumes other limits."""
    answers = [await http.get("/test/both", headers=caller.headers) for _ in range(9)]

    assert statuses(answers) == [200] * 3 + [429] * 6
    assert answers[-1].headers["RateLimit"].startswith('"route:wide";r=6;')


async def test_a_call_that_meets_two_kinds_of_limits_is_one_use(http, world):
    person = await world.caller(plan=await world.plan(minute=(5, HOUR)))
    key = await world.api_key(await world.get_organization(person.organization_id))
    await http.get("/test/export", headers=key.headers)

    told = await http.get("/api/v1/usage", params={"group_by": "key"}, headers=person.headers)

    uses = {line["group"]: line["calls"] for line in told.json()["items"]}
    assert uses[str(key.row.id)] == 1


async def test_a_caller_without_the_scope_uses_up_nothing(http, world):
    caller = await world.caller()
    operator = await world.user(is_operator=True)
    organization = await world.get_organization(caller.organization_id)
    await world.member(organization, operator, role="developer")
    refused = [await http.get("/test/scoped", headers=caller.headers) for _ in range(3)]

    answer = await http.get(
        "/test/scoped", headers=(await world.session_caller(operator, organization)).headers
    )

    assert statuses(refused) == [403] * 3
    assert answer.status_code == 200
    assert "RateLimit" not in refused[0].headers


async def test_an_unverified_key_neither_passes_nor_has_a_bucket(http, world):
    """Traps A3 and B: any unverified X-API-Key raises the limit and gives a fresh bucket."""
    answers = [await http.get("/test/export", headers={"X-API-Key": fresh("garbage")}) for _ in range(5)]

    assert statuses(answers) == [401] * 5
    assert "RateLimit" not in answers[0].headers


async def test_exactly_the_quota_passes_per_address(application):
    async with connect(application) as here, connect(application) as there:
        mine = await asyncio.gather(*(here.get("/test/open") for _ in range(10)))
        theirs = await there.get("/test/open")

    assert sorted(statuses(mine)) == [200] * 3 + [429] * 7
    assert theirs.status_code == 200
    refused = next(answer for answer in mine if answer.status_code == 429)
    assert refused.json()["limit"] == "open"
    assert int(refused.headers["Retry-After"]) <= HOUR // 3


@pytest.mark.parametrize(
    "header",
    ["X-API-Key", "Authorization", "X-Forwarded-For", "X-Real-IP", "Forwarded", "User-Agent", "Cookie"],
)
async def test_no_header_that_anyone_can_invent_opens_a_fresh_bucket(http, header):
    """Traps A3 and B: an unverified API key in the bucket key; `X-Forwarded-For` trusted raw."""
    answers = [await http.get("/test/open", headers={header: new_address()}) for _ in range(5)]

    assert statuses(answers) == [200, 200, 200, 429, 429]


async def test_a_verified_key_opens_no_fresh_bucket_of_its_address_either(http, world):
    """Trap B: success that clears the IP counter."""
    keys = [await world.api_key(await world.organization()) for _ in range(2)]
    await asyncio.gather(*(http.get("/test/open") for _ in range(3)))

    answers = [await http.get("/test/open", headers=key.headers) for key in keys]

    assert statuses(answers) == [429, 429]


async def test_an_ipv6_network_cannot_be_walked_to_escape(application):
    """Trap B: an IPv6 /64 walked to escape."""
    network = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}"
    hosts = [f"{network}::1", f"{network}::2", f"{network}:ffff::1", f"{network}:1:2:3:4", f"{network}::5"]
    answers = []
    for host in hosts:
        async with connect(application, host) as client:
            answers.append(await client.get("/test/open"))

    assert statuses(answers) == [200, 200, 200, 429, 429]


async def test_an_ipv4_address_and_its_mapped_form_are_one_address(application):
    address = new_address()
    answers = []
    for form in (address, f"::ffff:{address}") * 2:
        async with connect(application, form) as client:
            answers.append(await client.get("/test/open"))

    assert statuses(answers) == [200, 200, 200, 429]
