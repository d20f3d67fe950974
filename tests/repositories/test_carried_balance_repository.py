"""Carried balances: what the dropped months of the ledger came to, and what is proved from there on."""

from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.repositories.ledger_proof_repository import ledger_proof_opener
from tests.factories.databases import own_database
from tests.factories.gate import call
from tests.factories.ledger_months import named, open_ledger
from tests.factories.partitions import maintain, month

STATEMENT = "/api/v1/credits/statement"
FORGE = """
INSERT INTO ledger_entries (id, organization_id, sequence, kind, amount, moved, balance_after, reason,
                            created_at)
VALUES (gen_random_uuid(), $1, $2, 'adjust', 1, 1, 101, 'forged', $3)
"""


@pytest.fixture
async def ledger(settings, database_url):
    async with own_database(database_url) as url, open_ledger(settings, url) as ledger:
        yield ledger


@pytest.fixture
async def customer(ledger):
    """With eight entries: 100 credits granted, 28 charged, the first six of two months ago."""
    customer = await ledger.world.caller(by="api_key", credits=100)
    key = await ledger.world.api_key(await ledger.world.get_organization(customer.organization_id))
    for cost in (1, 2, 3, 4, 5, 6, 7):
        await ledger.world.resources.gate.admit(call(key, cost=cost, charge_id=f"charge {cost}"))
    await ledger.age(customer.organization_id, 1, 3, months=3)
    await ledger.age(customer.organization_id, 4, 6, months=2)
    return customer


async def test_what_is_dropped_is_carried_and_the_rest_is_proved(ledger, customer):
    before = await ledger.prove()

    by_default = await maintain(ledger.url)
    first = await maintain(ledger.url, ledger=2)
    between = await ledger.prove()
    second = await maintain(ledger.url, ledger=1)
    after = await ledger.prove()

    assert (by_default.dropped, first.dropped, second.dropped) == ([], [named(-3)], [named(-2)])
    assert [proof.entries for proof in (before, between, after)] == [8, 5, 2]
    for proof in (before, between, after):
        assert (proof.issued, proof.spent, proof.available, proof.drifts) == (100, 28, 72, [])
        assert proof.is_balanced


async def test_a_statement_goes_back_to_where_the_ledger_begins_and_no_further(ledger, customer):
    query = {"since": month(-2).isoformat()}
    before = await ledger.client.get(STATEMENT, params=query, headers=customer.headers)

    await maintain(ledger.url, ledger=2)

    after = await ledger.client.get(STATEMENT, params=query, headers=customer.headers)
    assert after.json()["opening"] == before.json()["opening"]
    assert (after.json()["opening"]["sequence"], after.json()["opening"]["balance"]) == (3, 97)
    assert (after.json()["closing"]["balance"], after.json()["movements"]) == (
        72,
        before.json()["movements"],
    )
    query = {"since": month(-3).isoformat()}
    refused = await ledger.client.get(STATEMENT, params=query, headers=customer.headers)
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "since")


async def test_a_charge_is_charged_once_though_its_entry_is_kept_no_longer(ledger, customer):
    await maintain(ledger.url, ledger=2)

    key = await ledger.world.api_key(await ledger.world.get_organization(customer.organization_id))
    verdict = await ledger.world.resources.gate.admit(call(key, cost=1, charge_id="charge 1"))

    assert verdict.verdicts[0].code == "CHARGE_ID_REUSED"
    assert await ledger.world.balance(customer.organization_id) == 72


@pytest.mark.parametrize(
    "drift",
    [
        "UPDATE ledger_entries SET balance_after = 1 WHERE organization_id = $1 AND sequence = 3",
        "DELETE FROM ledger_entries WHERE organization_id = $1 AND sequence = 2",
    ],
    ids=["balance", "gap"],
)
async def test_a_month_that_contradicts_itself_is_kept_with_all_after_it(ledger, customer, drift):
    await ledger.tamper(drift, customer.organization_id)
    rows = await ledger.rows_in("ledger_entries")

    done = await maintain(ledger.url, ledger=1)

    assert (done.dropped, done.unsound) == ([], [named(-3)])
    assert await ledger.rows_in("ledger_entries") == rows
    assert await ledger.rows_in("carried_balances") == 0


async def test_a_month_that_is_dropped_while_the_ledger_is_proved_is_no_drift(ledger, customer):
    opened = []
    really_open = ledger_proof_opener(ledger.world.resources.engine)

    @asynccontextmanager
    async def drop_then_open():
        opened.append(True)
        if len(opened) == 2:
            assert (await maintain(ledger.url, ledger=2)).dropped == [named(-3)]
        async with really_open() as repository:
            yield repository

    proof = await ledger.prove(drop_then_open)

    assert (proof.drifts, proof.is_balanced, proof.spent) == ([], True, 28)


async def test_a_month_that_was_missing_takes_its_entries_and_guards_them(ledger, customer):
    organization_id = customer.organization_id
    await ledger.owner.execute(f"DROP TABLE partitions.{named(2)}")
    await ledger.owner.execute(FORGE, organization_id, 9, month(2))

    done = await maintain(ledger.url)

    assert (done.made, await ledger.rows_in(f"partitions.{named(2)}")) == ([named(2)], 1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await ledger.owner.execute(FORGE, organization_id, 9, month(2))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await ledger.owner.execute(FORGE, customer.user_id, 9, month(2))


async def test_no_month_can_be_changed_by_its_name(ledger):
    """A trigger of the whole table does not see it."""
    await maintain(ledger.url)

    for place in [named(-1), named(1), named(3), "ledger_entries_default"]:
        for change in ("UPDATE {} SET amount = 1", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(asyncpg.RestrictViolationError, match="immutable"):
                await ledger.owner.execute(change.format(f"partitions.{place}"))
