import asyncio

import pytest

from app.core.identifiers import new_id
from app.core.scopes import MEMBER_SCOPES
from app.schemas.fields import CREDITS_MAX
from tests.factories.api_keys import issue_key, verify

CREDITS = "/api/v1/credits"
GRANTS = f"{CREDITS}/grants"
LEDGER = f"{CREDITS}/ledger"


@pytest.fixture
async def operator(world):
    return await world.operator()


def grant_of(customer, amount, reason="Welcome"):
    return {"organization_id": str(customer.organization_id), "amount": amount, "reason": reason}


async def test_members_read_their_balance(client, caller):
    answer = await client.get(CREDITS, headers=caller.headers)

    assert answer.status_code == 200
    assert answer.json() == {
        "organization_id": str(caller.organization_id),
        "available": 1_000,
        "held": 0,
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("by", ["session", "api_key"])
async def test_operators_grant_credits_with_an_entry_that_says_so(client, world, by):
    operator, customer = await world.operator(by=by), await world.caller(credits=0)

    answer = await client.post(GRANTS, json=grant_of(customer, 500), headers=operator.headers)

    entry = answer.json()["entry"]
    assert answer.status_code == 201
    assert (entry["from_account"], entry["to_account"], entry["moved"]) == ("issued", "available", 500)
    assert entry["grant_id"] == answer.json()["id"]
    assert (entry["kind"], entry["amount"], entry["balance_after"], entry["sequence"]) == (
        "grant",
        500,
        500,
        1,
    )
    assert (entry["reason"], entry["user_id"]) == ("Welcome", str(operator.user_id))
    assert entry["request_id"] == answer.headers["X-Request-ID"]
    assert await world.balance(customer.organization_id) == 500
    ledger = await client.get(LEDGER, headers=customer.headers)
    assert ledger.json() == {"items": [entry], "next_cursor": None}


async def test_grants_at_once_all_count(client, world, operator):
    customer = await world.caller(credits=0)

    await asyncio.gather(
        *(client.post(GRANTS, json=grant_of(customer, n), headers=operator.headers) for n in range(1, 11))
    )

    entries = await world.entries(customer.organization_id)
    assert await world.balance(customer.organization_id) == 55
    assert [entry.sequence for entry in entries] == list(range(1, 11))
    assert entries[-1].balance_after == 55


async def test_customers_grant_nothing(client, world, caller):
    answer = await client.post(GRANTS, json=grant_of(caller, 500), headers=caller.headers)

    assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["credits:grant"])
    assert await world.balance(caller.organization_id) == 1_000


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        *(
            ({"amount": amount}, "/amount")
            for amount in (0, -1, True, "5", 5.0, None, CREDITS_MAX + 1, 10**30)
        ),
        *(({"reason": reason}, "/reason") for reason in ("", " ", "r" * 201, None, 5, "a\x00b")),
        *(({"organization_id": value}, "/organization_id") for value in ("mine", 5, None)),
        ({"kind": "adjust"}, "/kind"),
        ({"balance_after": 5}, "/balance_after"),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_a_grant_past_its_limits_is_refused(client, world, operator, values, pointer):
    customer = await world.caller(credits=7)

    answer = await client.post(GRANTS, json=grant_of(customer, 5) | values, headers=operator.headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await world.balance(customer.organization_id) == 7


async def test_a_balance_never_grows_beyond_what_is_exact(client, world, operator):
    customer = await world.caller(credits=1)

    over = await client.post(GRANTS, json=grant_of(customer, CREDITS_MAX), headers=operator.headers)
    full = await client.post(GRANTS, json=grant_of(customer, CREDITS_MAX - 1), headers=operator.headers)

    assert (over.status_code, over.json()["errors"][0]["pointer"]) == (422, "/amount")
    assert (full.status_code, full.json()["entry"]["balance_after"]) == (201, CREDITS_MAX)
    assert len(await world.entries(customer.organization_id)) == 2


async def test_nobody_is_granted_anything_who_is_not_there(client, operator):
    body = {"organization_id": str(new_id()), "amount": 5, "reason": "Welcome"}

    answer = await client.post(GRANTS, json=body, headers=operator.headers)

    assert answer.status_code == 404


async def test_the_ledger_is_read_newest_first_without_gap_or_repetition(client, world, caller):
    for amount in range(1, 6):
        await world.grant(caller.organization_id, amount)

    amounts, cursor, answers = [], {}, 0
    while cursor is not None and answers < 10:
        answer = await client.get(LEDGER, params={"size": 2, **cursor}, headers=caller.headers)
        amounts += [entry["amount"] for entry in answer.json()["items"]]
        # What arrives meanwhile is newer than the cursor, so it moves nothing.
        await world.grant(caller.organization_id, 99)
        following = answer.json()["next_cursor"]
        cursor = None if following is None else {"cursor": following}
        answers += 1

    assert amounts == [5, 4, 3, 2, 1, 1_000]
    assert answers == 3


async def test_the_sum_of_the_ledger_is_the_balance(client, world, caller):
    key, service_key = await issue_key(client, caller), await world.service_key()
    for cost in (5, 10_000, 7):
        await verify(client, service_key, key["api_key"], cost=cost)

    entries = (await client.get(LEDGER, headers=caller.headers)).json()["items"]

    balance = (await client.get(CREDITS, headers=caller.headers)).json()["available"]
    assert [entry["amount"] for entry in entries] == [-7, -5, 1_000]
    assert sum(entry["amount"] for entry in entries) == balance == entries[0]["balance_after"] == 988


@pytest.mark.parametrize(
    "query",
    [
        {"size": 0},
        {"size": 101},
        {"size": "2.5"},
        {"cursor": ""},
        {"cursor": "1"},
        {"cursor": "AAAAAAAAAAA="},
        {"cursor": "__________8"},
        {"cursor": "é"},
        {"page": 1},
        {"organization_id": "mine"},
        {"balance": 999},
    ],
    ids=str,
)
async def test_a_ledger_query_past_its_limits_is_refused(client, caller, query):
    answer = await client.get(LEDGER, params=query, headers=caller.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] in query


async def test_a_balance_in_the_query_pays_for_nothing(client, caller):
    """Trap A1: `?balance=999` that gets the paid call free."""
    answer = await client.get(CREDITS, params={"balance": 999}, headers=caller.headers)

    assert answer.status_code == 422


async def test_operators_read_every_organizations_credits(client, world, operator):
    customer = await world.caller(credits=7)
    query = {"organization_id": str(customer.organization_id)}

    balance = await client.get(CREDITS, params=query, headers=operator.headers)
    ledger = await client.get(LEDGER, params=query, headers=operator.headers)
    absent = await client.get(LEDGER, params={"organization_id": str(new_id())}, headers=operator.headers)

    assert balance.json() == {**query, "available": 7, "held": 0}
    assert [entry["amount"] for entry in ledger.json()["items"]] == [7]
    assert absent.status_code == 404


@pytest.mark.parametrize("url", [CREDITS, LEDGER])
async def test_each_route_asks_for_its_scope(client, world, url):
    key = await world.api_key(await world.organization(), scopes=sorted(MEMBER_SCOPES - {"credits:read"}))

    refused = await client.get(url, headers=key.headers)
    anonymous = await client.get(url)

    assert (refused.status_code, refused.json()["required_scopes"]) == (403, ["credits:read"])
    assert anonymous.status_code == 401
