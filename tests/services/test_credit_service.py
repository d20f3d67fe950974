import asyncio
from uuid import UUID

import pytest

from app.api.dependencies.settlement_service import build_settlement
from app.core.charge import ChargeOrder
from app.core.database import transaction
from app.core.exceptions import ChargeIdReusedError, InsufficientCreditsError, NotFoundError
from app.core.identifiers import new_id
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.charge_id_repository import ChargeIdRepository
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.services.credit_service import CreditService
from app.services.spending_service import SpendingService

SOMEONE = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def service_in(session):
    return CreditService(
        CreditAccountRepository(session),
        LedgerEntryRepository(session),
        build_settlement(session),
        SpendingService(ChargeIdRepository(session), ApiKeyRepository(session)),
    )


@pytest.fixture
def charge(resources):
    """Charges an order in a transaction of its own."""

    async def charge(order):
        async with transaction(resources.engine) as session:
            return await service_in(session).charge(order)

    return charge


@pytest.fixture
def charge_once(resources):
    async def charge_once(order):
        async with transaction(resources.engine) as session:
            return await service_in(session).charge_once(order)

    return charge_once


@pytest.fixture
async def organization(world):
    return await world.organization(credits=100)


def order_of(organization, **values):
    return ChargeOrder(**{"organization_id": organization.id, "cost": 5, "reason": "test", **values})


def assert_ledger_explains_balance(entries, balance):
    """Sequences without gaps, running balances, and their sum."""
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    running = 0
    for entry in entries:
        running += entry.amount
        assert entry.balance_after == running
    assert running == balance


async def test_a_charge_takes_credits_and_says_so_in_the_ledger(world, organization, charge):
    user_id = new_id()

    outcome = await charge(order_of(organization, charge_id="c-1", user_id=user_id, request_id="r-1"))

    entry = (await world.entries(organization.id))[-1]
    assert (outcome.charged, outcome.remaining, outcome.replayed) == (5, 95, False)
    assert (entry.kind, entry.amount, entry.balance_after, entry.sequence) == ("charge", -5, 95, 2)
    assert (entry.charge_id, entry.user_id, entry.request_id) == ("c-1", user_id, "r-1")


async def test_what_is_not_covered_is_refused_and_leaves_no_trace(world, organization, charge):
    with pytest.raises(InsufficientCreditsError) as refusal:
        await charge(order_of(organization, cost=101, charge_id="c-1"))

    assert refusal.value.members == {"required": 101, "available": 100}
    assert await world.balance(organization.id) == 100
    assert len(await world.entries(organization.id)) == 1


async def test_parallel_charges_never_overspend(world, organization, charge):
    """Trap C: check-then-deduct, so that concurrent calls overspend."""
    outcomes = await asyncio.gather(
        *(charge(order_of(organization)) for _ in range(50)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, InsufficientCreditsError)]
    assert (len(outcomes) - len(refused), len(refused)) == (20, 30)
    assert await world.balance(organization.id) == 0
    assert_ledger_explains_balance(await world.entries(organization.id), 0)


async def test_charges_beside_the_gate_never_overspend(client, world, organization, charge):
    """The guard's way and the gate's bulk way share the account's row, its sequence and its ledger."""
    key, service_key = await world.api_key(organization), await world.service_key()

    async def verify():
        body = {"key": key.api_key, "cost": 5}
        return (await client.post("/api/v1/verify", json=body, headers=service_key.headers)).json()["valid"]

    outcomes = await asyncio.gather(
        *(charge(order_of(organization)) for _ in range(15)),
        *(verify() for _ in range(15)),
        return_exceptions=True,
    )

    paid = [each for each in outcomes if each is True or getattr(each, "charged", 0) == 5]
    assert len(paid) == 20
    assert_ledger_explains_balance(await world.entries(organization.id), 0)


async def test_a_rollback_undoes_the_charge(resources, world, organization):
    async def charge_then_fail():
        async with transaction(resources.engine) as session:
            await service_in(session).charge(order_of(organization))
            raise LookupError

    with pytest.raises(LookupError):
        await charge_then_fail()

    assert await world.balance(organization.id) == 100
    assert len(await world.entries(organization.id)) == 1


async def test_a_retry_with_its_charge_id_pays_nothing(world, organization, charge):
    """Trap C: a retry that pays twice."""
    order = order_of(organization, charge_id="c-1")
    first = await charge(order)
    await charge(order_of(organization))

    again = await charge(order)

    assert (again.charged, again.remaining, again.replayed) == (first.charged, first.remaining, True)
    assert await world.balance(organization.id) == 90


async def test_parallel_retries_pay_once(world, organization, charge):
    order = order_of(organization, charge_id="c-1")

    outcomes = await asyncio.gather(*(charge(order) for _ in range(20)))

    assert [outcome.replayed for outcome in outcomes].count(False) == 1
    assert await world.balance(organization.id) == 95


async def test_a_retry_is_answered_even_when_the_credits_are_gone(organization, charge):
    order = order_of(organization, cost=100, charge_id="c-1")
    await charge(order)

    again = await charge(order)

    assert again.replayed


@pytest.mark.parametrize("other", [{"cost": 6}, {"api_key_id": SOMEONE}, {"user_id": SOMEONE}], ids=str)
async def test_a_charge_id_stands_for_one_charge(world, organization, charge, other):
    await charge(order_of(organization, charge_id="c-1"))

    with pytest.raises(ChargeIdReusedError):
        await charge(order_of(organization, charge_id="c-1", **other))

    assert await world.balance(organization.id) == 95


async def test_charge_ids_of_two_organizations_have_nothing_in_common(world, organization, charge):
    other = await world.organization(credits=100)
    await charge(order_of(organization, charge_id="c-1"))

    outcome = await charge(order_of(other, charge_id="c-1"))

    assert not outcome.replayed


async def test_a_refused_charge_id_may_be_tried_again_after_a_grant(world, organization, charge):
    order = order_of(organization, cost=150, charge_id="c-1")
    with pytest.raises(InsufficientCreditsError):
        await charge(order)
    await world.grant(organization.id, 50)

    outcome = await charge(order)

    assert (outcome.charged, outcome.remaining, outcome.replayed) == (150, 0, False)


async def test_what_is_charged_once_is_free_for_whoever_comes_next(world, organization, charge_once):
    await charge_once(order_of(organization, charge_id="post", user_id=new_id()))

    again = await charge_once(order_of(organization, charge_id="post", api_key_id=new_id(), cost=7))

    assert again.replayed
    assert await world.balance(organization.id) == 95


async def test_a_capped_key_spends_no_more_than_its_cap(world, organization, charge):
    key = (await world.api_key(organization, credit_cap=12)).row

    outcomes = await asyncio.gather(
        *(charge(order_of(organization, api_key_id=key.id)) for _ in range(10)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, InsufficientCreditsError)]
    assert len(refused) == 8
    assert await world.balance(organization.id) == 90
    assert_ledger_explains_balance(await world.entries(organization.id), 90)


async def test_a_refusal_by_the_cap_leaves_no_trace_even_in_a_transaction_that_goes_on(
    resources, world, organization
):
    key = (await world.api_key(organization, credit_cap=4)).row

    async with transaction(resources.engine) as session:
        with pytest.raises(InsufficientCreditsError) as refusal:
            await service_in(session).charge(order_of(organization, api_key_id=key.id))

    assert refusal.value.members == {"required": 5, "available": 4}
    assert_ledger_explains_balance(await world.entries(organization.id), 100)
    assert await world.balance(organization.id) == 100


async def test_a_key_without_cap_is_not_written_by_its_charges(resources, world, organization, charge):
    """Trap C: a key's row dirtied by every call, so that its callers serialise or deadlock."""
    key = (await world.api_key(organization)).row

    async with transaction(resources.engine) as session:
        await ApiKeyRepository(session).lock_within(key.id, organization.id)
        outcome = await asyncio.wait_for(charge(order_of(organization, api_key_id=key.id)), timeout=3)

    assert outcome.charged == 5


async def test_test_keys_never_pay(world, organization, charge):
    key = (await world.api_key(organization, environment="test")).row

    outcome = await charge(order_of(organization, api_key_id=key.id, cost=1_000, charge_id="c-1"))

    assert (outcome.charged, outcome.remaining) == (0, 100)
    assert len(await world.entries(organization.id)) == 1


async def test_a_free_charge_writes_nothing(world, organization, charge):
    outcome = await charge(order_of(organization, cost=0, charge_id="c-1"))

    assert (outcome.charged, outcome.remaining) == (0, 100)
    assert len(await world.entries(organization.id)) == 1


async def test_nobody_pays_who_is_not_there(charge):
    with pytest.raises(NotFoundError):
        await charge(ChargeOrder(organization_id=new_id(), cost=5, reason="test"))


def test_a_charge_never_gives_credits():
    """Trap C: a negative price that mints credits."""
    with pytest.raises(ValueError, match="takes credits"):
        ChargeOrder(organization_id=new_id(), cost=-5, reason="test")


@pytest.mark.parametrize(
    ("cost", "cap", "refused"), [(100, None, False), (101, None, True), (5, 5, False), (5, 4, True)]
)
async def test_what_cannot_be_paid_is_refused_before_the_work(
    resources, world, organization, cost, cap, refused
):
    key = (await world.api_key(organization, credit_cap=cap)).row
    order = order_of(organization, cost=cost, api_key_id=key.id)

    async with transaction(resources.engine) as session:
        checking = service_in(session).require_affordable(order)
        error = (await asyncio.gather(checking, return_exceptions=True))[0]

    assert isinstance(error, InsufficientCreditsError) is refused
    assert len(await world.entries(organization.id)) == 1


async def test_what_is_paid_already_is_affordable_without_credits(resources, organization, charge):
    order = order_of(organization, cost=100, charge_id="post")
    await charge(order)

    async with transaction(resources.engine) as session:
        await service_in(session).require_affordable(order)
