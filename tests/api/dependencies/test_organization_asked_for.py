"""`X-Organization`: one person, several organizations, and a session that acts in the one it names."""

import asyncio

import pytest

from app.core.admission import AdmissionCall, AdmissionRequest, Code, PresentedSession
from app.core.database import transaction
from app.core.identifiers import new_id
from app.core.scopes import MEMBER_SCOPES, VIEWER_SCOPES, Scope
from app.models import Membership, Organization
from tests.api.dependencies.guarded import connect, mount
from tests.api.dependencies.test_principal import PATH, router
from tests.factories.api_keys import VERIFY


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application, "127.0.0.1") as client:
        yield client


@pytest.fixture
async def person(world):
    """The owner of an organization, signed in there."""
    return await world.caller()


@pytest.fixture
async def second(world, person):
    """Another organization, where the person is a viewer."""
    organization = await world.organization(plan=await world.plan(hourly=(5, 3_600)))
    await world.member(organization, await world.get_user(person.user_id), role="viewer")
    return organization


def asking_for(caller, organization_id):
    return {**caller.headers, "X-Organization": str(organization_id)}


def told(answer):
    """The problem without what always differs."""
    document = answer.json()
    del document["instance"], document["request_id"]
    return answer.status_code, document


async def test_a_session_has_the_role_of_the_organization_it_asks_for(http, person, second, resources):
    scopes = frozenset(resources.settings.keys.resource_scopes)

    home = (await http.get(PATH, headers=person.headers)).json()
    away = (await http.get(PATH, headers=asking_for(person, second.id))).json()
    back = (await http.get(PATH, headers=asking_for(person, person.organization_id))).json()

    assert home["organization_id"] == back["organization_id"] == str(person.organization_id)
    assert set(home["scopes"]) == set(back["scopes"]) == MEMBER_SCOPES | scopes
    assert (away["organization_id"], set(away["scopes"])) == (str(second.id), VIEWER_SCOPES)


async def test_the_case_of_the_id_does_not_matter(http, person, second):
    answer = await http.get(PATH, headers=asking_for(person, str(second.id).upper()))

    assert answer.json()["organization_id"] == str(second.id)


async def test_the_limits_taken_are_those_of_the_organization_asked_for(http, person, second):
    away = [await http.get(PATH, headers=asking_for(person, second.id)) for _ in range(6)]
    home = await http.get(PATH, headers=person.headers)

    assert [answer.status_code for answer in away] == [200] * 5 + [429]
    assert away[0].headers["RateLimit-Policy"] == '"hourly";q=5;w=3600'
    assert (home.status_code, "RateLimit" in home.headers) == (200, False)


async def test_a_foreign_organization_answers_exactly_as_an_absent_one(http, world, person):
    """SEC-49, for the id in the header."""
    foreign = await world.organization()

    answers = [await http.get(PATH, headers=asking_for(person, each)) for each in (foreign.id, new_id())]

    assert told(answers[0]) == told(answers[1])
    assert told(answers[0])[1]["detail"] == "There is no such organization."
    assert answers[0].status_code == 404


async def test_an_operator_asks_only_for_where_they_belong(http, world):
    operator, foreign = await world.operator(), await world.organization()

    answer = await http.get(PATH, headers=asking_for(operator, foreign.id))

    assert answer.status_code == 404


async def test_who_leaves_is_out_on_the_very_next_request(http, person, second, resources):
    """SEC-52."""
    before = await http.get(PATH, headers=asking_for(person, second.id))
    async with transaction(resources.engine) as session:
        await session.delete(await session.get_one(Membership, (second.id, person.user_id)))

    after = await http.get(PATH, headers=asking_for(person, second.id))

    assert (before.status_code, after.status_code) == (200, 404)
    assert (await http.get(PATH, headers=person.headers)).status_code == 200


async def test_a_suspended_organization_does_not_suspend_the_others(http, person, second, resources):
    async with transaction(resources.engine) as session:
        (await session.get_one(Organization, person.organization_id)).suspend()

    home = await http.get(PATH, headers=person.headers)
    away = await http.get(PATH, headers=asking_for(person, second.id))

    assert (home.status_code, away.status_code) == (401, 200)


async def test_a_key_names_no_organization_but_its_own(http, world):
    caller, foreign = await world.caller(by="api_key"), await world.organization()
    await world.member(foreign, await world.get_user(caller.user_id), role="owner")

    own = await http.get(PATH, headers=asking_for(caller, caller.organization_id))
    answers = [await http.get(PATH, headers=asking_for(caller, each)) for each in (foreign.id, new_id())]

    assert own.status_code == 200
    assert told(answers[0]) == told(answers[1])
    assert answers[0].status_code == 404


MALFORMED = ["", "x", "5", "*", "01979e1c1f2b7d3e8a555d1f0c6b7a10", "{01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10}"]


@pytest.mark.parametrize("value", MALFORMED)
async def test_what_is_no_id_is_refused(http, caller, value):
    answer = await http.get(PATH, headers={**caller.headers, "X-Organization": value})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_the_header_stands_once(http, person):
    named = [("X-Organization", str(person.organization_id))] * 2

    answer = await http.get(PATH, headers=[*person.headers.items(), *named])

    assert answer.status_code == 400


async def test_a_bad_credential_is_told_before_a_bad_header(http):
    answer = await http.get(PATH, headers={"Authorization": "Bearer x", "X-Organization": "x"})

    assert answer.status_code == 401


async def test_one_batch_decides_a_session_in_two_organizations(person, second, world, resources):
    foreign = await world.organization()
    presented = PresentedSession(person.session_id, person.user_id)
    places = [None, second.id, foreign.id]
    calls = [AdmissionCall([AdmissionRequest(presented._replace(organization_id=each))]) for each in places]

    verdicts = await asyncio.gather(*(resources.gate.admit(call) for call in calls))

    decided = [(each.verdicts[0].code, each.verdicts[0].principal.organization_id) for each in verdicts]
    home = person.organization_id
    assert decided == [(Code.VALID, home), (Code.VALID, second.id), (Code.NOT_FOUND, home)]


async def test_a_service_key_that_asks_for_elsewhere_decides_nothing(http, world):
    service = await world.service_key()
    organization = await world.organization(credits=10)
    key = await world.api_key(organization)
    headers = {**service.headers, "X-Organization": str(organization.id)}

    answer = await http.post(VERIFY, json={"key": key.api_key, "cost": 5}, headers=headers)

    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such organization.")
    assert await world.balance(organization.id) == 10


async def test_a_service_key_may_name_its_own_organization(http, world):
    service = await world.service_key()
    key = await world.api_key(await world.organization())
    headers = {**service.headers, "X-Organization": str(service.row.organization_id)}

    answer = await http.post(VERIFY, json={"key": key.api_key}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (200, "VALID")
    assert Scope.GATE_VERIFY not in answer.json()["principal"]["scopes"]
