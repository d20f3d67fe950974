"""Statements and the export of a ledger."""

import csv
import io
from datetime import UTC, datetime, timedelta

from app.core.identifiers import new_id
from app.core.scopes import Scope
from tests.factories.gate import verify

STATEMENT = "/api/v1/credits/statement"
EXPORT = "/api/v1/credits/ledger/export"


async def read(client, caller, **query):
    """A statement."""
    answer = await client.get(STATEMENT, params=query, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_statement_tells_two_balances_and_what_lies_between(client, world):
    service, customer = await world.service_key(), await world.caller(credits=100)
    key = await world.api_key(await world.get_organization(customer.organization_id))
    for cost in (5, 7):
        await verify(client, service, key, cost=cost)
    hold = {"amount": 20, "expires_in_seconds": 60}
    assert (await client.post("/api/v1/credits/holds", json=hold, headers=customer.headers)).is_success
    entries = await world.entries(customer.organization_id)

    whole = await read(client, customer, since="2026-01-01T00:00:00Z")
    part = await read(
        client, customer, since=entries[1].created_at.isoformat(), until=entries[2].created_at.isoformat()
    )

    assert (whole["opening"]["balance"], whole["opening"]["sequence"]) == (0, 0)
    closing = whole["closing"]
    assert (closing["balance"], closing["held"], closing["available"]) == (88, 20, 68)
    moved = {each["kind"]: (each["entries"], each["amount"], each["moved"]) for each in whole["movements"]}
    assert moved == {"grant": (1, 100, 100), "charge": (2, -12, 12), "hold": (1, 0, 20)}
    assert (part["opening"]["balance"], part["closing"]["balance"], part["closing"]["held"]) == (95, 88, 0)
    assert [each["amount"] for each in part["movements"]] == [-7]


async def test_every_instant_of_a_ledger_is_found_by_halving(client, world):
    service, customer = await world.service_key(), await world.caller(credits=100)
    key = await world.api_key(await world.get_organization(customer.organization_id))
    for _ in range(11):
        await verify(client, service, key, cost=1)

    entries = await world.entries(customer.organization_id)
    for entry in entries:
        at = entry.created_at
        found = await read(client, customer, since=at.isoformat(), until=at.isoformat())
        before = await read(
            client, customer, since="2026-01-01T00:00:00Z", until=(at - timedelta(microseconds=1)).isoformat()
        )
        assert found["closing"]["sequence"] == entry.sequence
        assert before["closing"]["sequence"] == entry.sequence - 1


async def test_a_grant_that_has_expired_is_gone_in_a_statement_though_nothing_ran(client, world):
    operator, customer = await world.operator(), await world.caller(credits=10)
    soon = datetime.now(UTC) + timedelta(milliseconds=400)
    draft = {
        "organization_id": str(customer.organization_id),
        "amount": 50,
        "reason": "short",
        "expires_at": soon.isoformat(),
    }
    assert (await client.post("/api/v1/credits/grants", json=draft, headers=operator.headers)).is_success

    while True:
        statement = await read(client, customer)
        if datetime.fromisoformat(statement["closing"]["at"]) >= soon:
            break

    assert statement["closing"]["balance"] == 10
    earlier = await read(client, customer, until=(soon - timedelta(microseconds=1)).isoformat())
    assert earlier["closing"]["balance"] == 60


async def test_a_time_that_ends_before_it_begins_is_refused(client, world):
    caller = await world.caller()
    times = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}

    answer = await client.get(STATEMENT, params=times, headers=caller.headers)

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "since")


async def test_the_ledger_is_exported_as_csv_without_formulas_and_goes_on(client, world):
    operator, customer = await world.operator(), await world.caller(credits=0)
    for reason in ("=cmd", "plain"):
        draft = {"organization_id": str(customer.organization_id), "amount": 5, "reason": reason}
        await client.post("/api/v1/credits/grants", json=draft, headers=operator.headers)

    answer = await client.get(EXPORT, headers=customer.headers)
    older = await client.get(EXPORT, params={"before": 2}, headers=customer.headers)

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["sequence"], row["reason"]) for row in rows] == [("2", "plain"), ("1", "'=cmd")]
    assert [row["sequence"] for row in csv.DictReader(io.StringIO(older.text))] == ["1"]


async def test_a_ledger_of_another_organization_answers_as_absent(client, world):
    customer, stranger = await world.caller(), await world.caller()

    for path in (STATEMENT, EXPORT):
        for chosen in (customer.organization_id, new_id()):
            query = {"organization_id": str(chosen)}
            answer = await client.get(path, params=query, headers=stranger.headers)
            assert answer.status_code == 404


async def test_statements_want_the_scope(client, world):
    organization = await world.organization()
    key = await world.api_key(organization, scopes=[Scope.BLOG_POSTS_READ])

    assert (await client.get(STATEMENT, headers=key.headers)).status_code == 403
