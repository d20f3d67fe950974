import pytest

from app.core.scopes import Scope
from tests.factories.api_keys import verify

ORGANIZATIONS = "/api/v1/organizations"


@pytest.fixture
async def operator(world):
    return await world.operator()


def url_of(caller):
    return f"{ORGANIZATIONS}/{caller.organization_id}"


async def test_members_read_their_organization(client, caller):
    answer = await client.get(url_of(caller), headers=caller.headers)

    organization = answer.json()
    assert answer.status_code == 200
    assert organization["id"] == str(caller.organization_id)
    assert (organization["plan"], organization["is_active"]) == ("internal", True)
    assert answer.headers["ETag"] == '"1"'


async def test_an_unchanged_organization_is_not_sent_again(client, caller):
    answer = await client.get(url_of(caller), headers={**caller.headers, "If-None-Match": '"1"'})

    assert (answer.status_code, answer.headers["ETag"], answer.content) == (304, '"1"', b"")


async def test_members_rename_their_organization(client, caller):
    answer = await client.patch(url_of(caller), json={"name": "  Acme Weather "}, headers=caller.headers)

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json()["name"] == "Acme Weather"
    assert (await client.get(url_of(caller), headers=caller.headers)).json() == answer.json()


async def test_a_rename_of_what_has_changed_meanwhile_is_refused(client, caller):
    await client.patch(url_of(caller), json={"name": "First"}, headers=caller.headers)

    late = await client.patch(
        url_of(caller), json={"name": "Late"}, headers={**caller.headers, "If-Match": '"1"'}
    )

    assert late.status_code == 412
    assert (await client.get(url_of(caller), headers=caller.headers)).json()["name"] == "First"


async def test_an_empty_change_changes_nothing(client, caller):
    answer = await client.patch(url_of(caller), json={}, headers=caller.headers)

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "   "}, "/name"),
        ({"name": "n" * 101}, "/name"),
        ({"name": None}, "/name"),
        ({"name": 5}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"name": "Fine", "plan": "enterprise"}, "/plan"),
        ({"name": "Fine", "is_active": True}, "/is_active"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_members_set_nothing_but_a_proper_name(client, caller, body, pointer):
    answer = await client.patch(url_of(caller), json=body, headers=caller.headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_viewers_look_but_do_not_touch(client, world):
    owner, viewer = await world.user(), await world.user()
    organization = await world.organization(owner=owner)
    await world.member(organization, viewer, role="viewer")
    looking = await world.session_caller(viewer, organization)

    read = await client.get(url_of(looking), headers=looking.headers)
    renamed = await client.patch(url_of(looking), json={"name": "Mine"}, headers=looking.headers)

    assert (read.status_code, renamed.status_code) == (200, 403)
    assert renamed.json()["code"] == "insufficient_scope"


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("developer", 403)])
async def test_those_who_rule_the_organization_rename_it(client, world, role, status):
    organization, person = await world.organization(), await world.user()
    await world.member(organization, person, role=role)
    member = await world.session_caller(person, organization)

    answer = await client.patch(url_of(member), json={"name": "New"}, headers=member.headers)

    assert answer.status_code == status


async def test_a_key_needs_the_scope(client, world):
    organization = await world.organization()
    key = await world.api_key(organization, scopes=[Scope.ORGANIZATIONS_READ])

    answer = await client.patch(
        f"{ORGANIZATIONS}/{organization.id}", json={"name": "New"}, headers=key.headers
    )

    assert answer.status_code == 403
    assert answer.json()["required_scopes"] == ["organizations:write"]


@pytest.mark.parametrize("by", ["session", "api_key"])
async def test_operators_put_any_organization_on_a_plan(client, world, by):
    operator, customer = await world.operator(by=by), await world.caller()

    answer = await client.put(f"{url_of(customer)}/plan", json={"plan": "pro"}, headers=operator.headers)

    assert (answer.status_code, answer.json()["plan"]) == (200, "pro")
    assert (await client.get(url_of(customer), headers=customer.headers)).json()["plan"] == "pro"


async def test_a_plan_that_is_not_there_is_refused(client, world, operator):
    customer = await world.caller()

    answer = await client.put(f"{url_of(customer)}/plan", json={"plan": "none"}, headers=operator.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/plan"


async def test_changing_the_plan_resets_no_bucket(client, world, operator):
    """Trap B: the limit's value inside the bucket's key, so that a plan change fills it up again."""
    narrow, wide = await world.plan(minute=(3, 3600)), await world.plan(minute=(5, 3600))
    organization = await world.organization(plan=narrow)
    key, service_key = await world.api_key(organization), await world.service_key()
    for _ in range(3):
        await verify(client, service_key, key.api_key)

    plan = {"plan": wide.name}
    await client.put(f"{ORGANIZATIONS}/{organization.id}/plan", json=plan, headers=operator.headers)

    verdict = await verify(client, service_key, key.api_key)
    assert verdict["limits"][0]["limit"] == 5
    assert verdict["limits"][0]["remaining"] <= 2


async def test_a_suspension_stops_every_credential_at_once_until_it_is_lifted(client, world, operator):
    person = await world.user()
    organization = await world.organization(owner=person)
    key, session = await world.api_key(organization), await world.session_caller(person, organization)
    suspension = f"{url_of(session)}/suspension"

    suspended = await client.put(suspension, headers=operator.headers)
    during = [(await client.get(url_of(session), headers=c.headers)).status_code for c in (session, key)]
    again = await client.put(suspension, headers=operator.headers)
    lifted = await client.delete(suspension, headers=operator.headers)
    after = [(await client.get(url_of(session), headers=c.headers)).status_code for c in (session, key)]

    assert (suspended.status_code, suspended.json()["is_active"]) == (200, False)
    assert again.json() == suspended.json()
    assert lifted.status_code == 204
    assert (during, after) == ([401, 401], [200, 200])


async def test_an_operator_does_not_lock_themselves_out(client, operator):
    answer = await client.put(f"{url_of(operator)}/suspension", headers=operator.headers)

    assert answer.status_code == 409
    assert (await client.get(url_of(operator), headers=operator.headers)).json()["is_active"] is True


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "plan"), ("PUT", "suspension"), ("DELETE", "suspension")]
)
async def test_customers_rule_nothing(client, caller, method, path):
    body = {"json": {"plan": "enterprise"}} if path == "plan" else {}

    answer = await client.request(method, f"{url_of(caller)}/{path}", headers=caller.headers, **body)

    assert answer.status_code == 403
    assert (await client.get(url_of(caller), headers=caller.headers)).headers["ETag"] == '"1"'


async def test_a_narrow_key_of_an_operator_stays_in_its_organization(client, world):
    operator = await world.user(is_operator=True)
    key = await world.api_key(await world.organization(owner=operator), scopes=[Scope.ORGANIZATIONS_READ])
    customer = await world.caller()

    answer = await client.get(url_of(customer), headers=key.headers)

    assert answer.status_code == 404
