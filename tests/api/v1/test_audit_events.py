import csv
import io

import pytest

from app.core.audit import AuditAction, Occasion
from app.core.client import Client
from app.core.database import transaction
from app.core.identifiers import new_id
from app.services.audit_event_service import EXPORT_CHUNK
from tests.factories.account import bearer, make_account
from tests.factories.audit import trail_in

TRAIL = "/api/v1/audit-events"
EXPORT = "/api/v1/audit-events/export"
OWN = "/api/v1/users/me/audit-events"


@pytest.fixture
def tell(resources):
    """Writes events of an organization."""

    async def tell(organization_id, *, times=1, user_agent="test", **values):
        occasion = Occasion(client=Client("192.0.2.7", user_agent))
        async with transaction(resources.engine) as session:
            trail = trail_in(session, resources.engine, occasion)
            for _ in range(times):
                action = values.pop("action", AuditAction.API_KEY_CREATED)
                await trail.record(action, organization_id=organization_id, **values)

    return tell


async def listed(client, path, caller, **query):
    answer = await client.get(path, params=query, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_owner_reads_what_happened_in_the_organization_alone(client, world, tell):
    caller, stranger = await world.caller(), await world.caller()
    await tell(stranger.organization_id)
    await tell(caller.organization_id, target="api_key:1", details={"n": 1})

    body = await listed(client, TRAIL, caller)

    (event,) = body["items"]
    assert (event["action"], event["outcome"], event["target"]) == ("api_key_created", "success", "api_key:1")
    assert (event["ip_address"], event["user_agent"], event["details"]) == ("192.0.2.7", "test", {"n": 1})
    assert body["next_cursor"] is None


async def test_another_organization_s_trail_answers_as_absent(client, world, caller):
    """SEC-49."""
    stranger = await world.caller()

    answer = await client.get(
        TRAIL, params={"organization_id": str(stranger.organization_id)}, headers=caller.headers
    )

    assert answer.status_code == 404


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("developer", 403), ("viewer", 403)])
async def test_the_trail_is_for_those_who_rule_the_organization(client, world, role, status):
    organization, member = await world.organization(), await world.user()
    await world.member(organization, member, role=role)
    caller = await world.session_caller(member, organization)

    answer = await client.get(TRAIL, headers=caller.headers)

    assert answer.status_code == status


async def test_an_operator_reads_any_organization_s_trail(client, world, tell):
    operator, customer = await world.operator(), await world.caller()
    await tell(customer.organization_id)

    body = await listed(client, TRAIL, operator, organization_id=str(customer.organization_id))

    assert [event["organization_id"] for event in body["items"]] == [str(customer.organization_id)]


async def test_the_trail_is_read_stretch_by_stretch_newest_first(client, world, tell):
    caller = await world.caller()
    for number in range(5):
        await tell(caller.organization_id, details={"n": number})

    first = await listed(client, TRAIL, caller, size=3)
    second = await listed(client, TRAIL, caller, size=3, cursor=first["next_cursor"])

    numbers = [event["details"]["n"] for event in [*first["items"], *second["items"]]]
    assert numbers == [4, 3, 2, 1, 0]
    assert second["next_cursor"] is None


async def test_filters_narrow_the_trail(client, world, tell):
    caller, actor_id = await world.caller(), new_id()
    await tell(caller.organization_id, action=AuditAction.API_KEY_REVOKED)
    await tell(caller.organization_id, actor_id=actor_id)
    everything = (await listed(client, TRAIL, caller))["items"]
    newest = everything[0]["occurred_at"]

    async def found(**query):
        return [event["id"] for event in (await listed(client, TRAIL, caller, **query))["items"]]

    newer, older = [event["id"] for event in everything]
    assert await found(action="api_key_revoked") == [older]
    assert await found(actor_id=str(actor_id)) == [newer]
    assert await found(since=newest) == [newer]
    assert await found(until=newest) == [older]
    assert await found(outcome="failure") == []


async def test_people_see_what_they_did_and_who_tried_to_be_them(client, world):
    """SEC-63."""
    account = await make_account(world)
    await client.post("/api/v1/auth/login", json={"email": account.email, "password": "wrong" * 4})
    tokens = await account.login(client)

    answer = await client.get(OWN, headers=bearer(tokens))

    signed_in, failed = answer.json()["items"]
    assert (signed_in["action"], signed_in["actor_id"]) == ("sign_in", str(account.user.id))
    assert (signed_in["session_id"], signed_in["details"]) == (tokens["session_id"], {"methods": "password"})
    assert (failed["action"], failed["outcome"], failed["actor_id"]) == ("sign_in_failed", "failure", None)


async def test_nobody_sees_another_person_s_events(client, world, tell):
    caller, stranger = await world.caller(), await world.caller()
    await tell(None, actor_id=stranger.user_id)
    await tell(None, target=f"user:{stranger.user_id}")

    assert (await listed(client, OWN, caller))["items"] == []
    assert len((await listed(client, OWN, stranger))["items"]) == 2


async def test_an_export_is_the_same_trail_as_csv(client, world, tell):
    caller = await world.caller()
    await tell(caller.organization_id, times=EXPORT_CHUNK + 1, details={"n": 1})

    answer = await client.get(EXPORT, headers=caller.headers)

    head, *rows = csv.reader(io.StringIO(answer.text))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-events.csv"'
    assert head[:4] == ["id", "occurred_at", "action", "outcome"]
    assert len({row[0] for row in rows}) == EXPORT_CHUNK + 1
    assert rows[0][head.index("details")] == '{"n": 1}'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\uff1d", "\uff20"])
async def test_no_cell_of_an_export_is_a_formula(client, world, tell, start):
    """SEC-69: the user agent is whatever a stranger sends."""
    caller = await world.caller()
    typed = f'{start}HYPERLINK("https://evil.example.org","x")'
    await tell(caller.organization_id, user_agent=typed)

    answer = await client.get(EXPORT, headers=caller.headers)

    head, row = csv.reader(io.StringIO(answer.text))
    assert row[head.index("user_agent")] == f"'{typed}"


async def test_an_export_of_another_organization_answers_as_absent(client, world, caller):
    stranger = await world.caller()

    answer = await client.get(
        EXPORT, params={"organization_id": str(stranger.organization_id)}, headers=caller.headers
    )

    assert answer.status_code == 404
