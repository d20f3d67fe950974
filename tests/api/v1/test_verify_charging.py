"""Charge ids over HTTP: charged at most once, ever, and told the same again."""

import asyncio

import pytest

from app.core.database import transaction
from app.models import ApiKey, CreditAccount
from tests.factories.api_keys import KEYS, issue_key
from tests.factories.gate import verify, verify_all


@pytest.fixture
async def service(world):
    return await world.service_key()


@pytest.fixture
async def organization(world):
    return await world.organization(credits=10)


@pytest.fixture
async def key(world, organization):
    return await world.api_key(organization)


def figures(verdict):
    return (
        verdict["code"],
        verdict["credits"]["charged"],
        verdict["credits"]["remaining"],
        verdict["replayed"],
    )


async def charged(world, organization):
    return [entry.amount for entry in await world.entries(organization.id) if entry.kind == "charge"]


async def test_a_repeated_charge_id_answers_the_first_verdict_and_charges_nothing(
    client, world, service, organization, key
):
    """Trap C: a retry that pays twice."""
    first = await verify(client, service, key, cost=3, charge_id="order")
    await verify(client, service, key, cost=1)

    again = await verify(client, service, key, cost=3, charge_id="order")

    assert figures(first) == ("VALID", 3, 7, False)
    assert figures(again) == ("VALID", 3, 7, True)
    assert (first["charge_id"], again["charge_id"]) == ("order", "order")
    assert again["principal"] == first["principal"]
    assert await charged(world, organization) == [-3, -1]


async def test_the_default_cost_is_the_same_charge_as_the_cost_spelt_out(client, service, key):
    await verify(client, service, key, charge_id="order")

    assert (await verify(client, service, key, cost=1, charge_id="order"))["replayed"]


async def test_twenty_retries_at_once_charge_once(client, world, service, organization, key):
    verdicts = await asyncio.gather(
        *(verify(client, service, key, cost=4, charge_id="order") for _ in range(20))
    )

    assert {figures(verdict)[:3] for verdict in verdicts} == {("VALID", 4, 6)}
    assert [verdict["replayed"] for verdict in verdicts].count(False) == 1
    assert await charged(world, organization) == [-4]


async def test_a_replay_is_told_though_credits_and_limits_are_gone_since(client, world, service):
    organization = await world.organization(credits=2, plan=await world.plan(minute=(2, 3_600)))
    key = await world.api_key(organization)
    await verify(client, service, key, charge_id="order")
    await verify(client, service, key)
    assert (await verify(client, service, key))["code"] == "RATE_LIMITED"

    replay = await verify(client, service, key, charge_id="order")

    assert figures(replay) == ("VALID", 1, 1, True)
    assert [(limit["remaining"], limit["exceeded"]) for limit in replay["limits"]] == [(0, False)]
    assert "Retry-After" not in replay["headers"]


async def test_a_replay_consumes_no_limit(client, world, service):
    organization = await world.organization(plan=await world.plan(minute=(2, 3_600)))
    key = await world.api_key(organization)

    for _ in range(5):
        await verify(client, service, key, charge_id="order")

    assert (await verify(client, service, key))["code"] == "VALID"


@pytest.mark.parametrize(
    ("state", "code"),
    [({"enabled": False}, "DISABLED"), ({"allowed_cidrs": ["192.0.2.0/24"]}, "FORBIDDEN"),
     ({"scopes": []}, "INSUFFICIENT_SCOPE")],
)  # fmt: skip
async def test_a_key_no_longer_usable_answers_its_present_state(client, service, key, resources, state, code):
    asked = {"cost": 3, "charge_id": "order", "scopes": ["blog_posts:read"]}
    await verify(client, service, key, **asked)
    async with transaction(resources.engine) as session:
        row = await session.get_one(ApiKey, key.row.id)
        for name, value in state.items():
            setattr(row, name, value)

    answer = await verify(client, service, key, **asked)

    assert figures(answer) == (code, 0, 7, False)


@pytest.mark.parametrize("cost", [1, 2, 4])
async def test_another_cost_is_a_reused_charge_id(client, world, service, organization, key, cost):
    await verify(client, service, key, cost=3, charge_id="order")

    verdict = await verify(client, service, key, cost=cost, charge_id="order")

    assert figures(verdict) == ("CHARGE_ID_REUSED", 0, 7, False)
    assert verdict["valid"] is False
    assert await charged(world, organization) == [-3]


async def test_another_key_or_a_session_of_the_organization_is_a_reused_charge_id(
    client, world, service, organization, key
):
    sibling = await world.api_key(organization)
    colleague = await world.user()
    await world.member(organization, colleague, role="developer")
    person = await world.session_caller(colleague, organization)
    await verify(client, service, key, charge_id="order")

    codes = [
        (await verify(client, service, each, charge_id="order"))["code"]
        for each in (sibling, person.credential)
    ]

    assert codes == ["CHARGE_ID_REUSED"] * 2


async def test_a_rotated_key_is_still_the_same_payer(client, world, service):
    """Trap C: rotation that doubles what is paid."""
    person = await world.caller(credits=10)
    issued = await issue_key(client, person)
    await verify(client, service, issued["api_key"], cost=3, charge_id="order")
    rotated = await client.post(f"{KEYS}/{issued['id']}/rotate", headers=person.headers)

    again = await verify(client, service, rotated.json()["api_key"], cost=3, charge_id="order")

    assert figures(again) == ("VALID", 3, 7, True)


@pytest.mark.parametrize(
    "other",
    [{"scopes": ["blog_posts:read"]}, {"limits": []}, {"ip": "192.0.2.1"}, {"tags": ["retry"]}],
    ids=lambda other: next(iter(other)),
)
async def test_scopes_limits_ip_and_tags_do_not_tell_charges_apart(client, service, key, other):
    await verify(client, service, key, cost=3, charge_id="order")

    again = await verify(client, service, key, cost=3, charge_id="order", **other)

    assert figures(again) == ("VALID", 3, 7, True)


async def test_another_organization_may_use_the_same_id(client, world, service, key):
    other = await world.api_key(await world.organization(credits=5))
    await verify(client, service, key, cost=3, charge_id="order")

    assert figures(await verify(client, service, other, cost=2, charge_id="order")) == ("VALID", 2, 3, False)


async def test_a_refusal_stores_nothing_so_the_id_works_after_a_top_up(
    client, world, service, organization, key
):
    short = await verify(client, service, key, cost=11, charge_id="order")
    await world.grant(organization.id, 5)

    paid = await verify(client, service, key, cost=11, charge_id="order")

    assert short["code"] == "INSUFFICIENT_CREDITS"
    assert figures(paid) == ("VALID", 11, 4, False)


async def test_a_free_check_leaves_the_id_free(client, service, key):
    free = await verify(client, service, key, cost=0, charge_id="order")

    paid = await verify(client, service, key, cost=3, charge_id="order")

    assert (free["charge_id"], free["replayed"]) == (None, False)
    assert figures(paid) == ("VALID", 3, 7, False)


async def test_a_test_key_leaves_the_id_free(client, world, service, organization, key):
    test_key = await world.api_key(organization, environment="test")
    await verify(client, service, test_key, cost=3, charge_id="order")

    assert figures(await verify(client, service, key, cost=3, charge_id="order")) == ("VALID", 3, 7, False)


async def test_an_id_used_twice_in_a_batch_is_told_for_that_item_alone(
    client, world, service, organization, key
):
    items = [{"key": key.api_key, "cost": cost, "charge_id": id_} for cost, id_ in
             [(2, "a"), (3, "a"), (2, "a"), (1, "b")]]  # fmt: skip

    verdicts = await verify_all(client, service, *items)

    assert [figures(verdict) for verdict in verdicts] == [
        ("VALID", 2, 8, False),
        ("CHARGE_ID_REUSED", 0, 8, False),
        ("VALID", 2, 8, True),
        ("VALID", 1, 7, False),
    ]
    assert await charged(world, organization) == [-2, -1]


async def test_ids_of_255_characters_of_any_script_are_kept_apart(client, service, key):
    ids = ["é" * 255, "e\u0301" * 127, "😀" * 255, " ", "a\nb", "A", "a"]

    verdicts = [await verify(client, service, key, charge_id=id_) for id_ in ids]

    assert [verdict["replayed"] for verdict in verdicts] == [False] * 7
    assert [verdict["charge_id"] for verdict in verdicts] == ids


async def test_the_largest_cost_and_balance_are_exact(client, world, service, resources):
    organization = await world.organization(credits=9_000_000_000_000_000)
    key = await world.api_key(organization)

    verdict = await verify(client, service, key, cost=1_000_000_000_000)

    assert figures(verdict)[:3] == ("VALID", 10**12, 8_999_000_000_000_000)
    async with transaction(resources.engine) as session:
        account = await session.get_one(CreditAccount, organization.id)
    assert account.available == 8_999_000_000_000_000


async def test_editing_a_key_spends_neither_its_credits_nor_its_cap(client, world, service):
    """Trap C: editing a key that spends it."""
    person = await world.caller(credits=10)
    issued = await issue_key(client, person, credit_cap=2)
    for name in ("One", "Two", "Three"):
        patched = await client.patch(f"{KEYS}/{issued['id']}", json={"name": name}, headers=person.headers)
        assert patched.status_code == 200

    verdicts = [await verify(client, service, issued["api_key"]) for _ in range(3)]

    assert [verdict["code"] for verdict in verdicts] == ["VALID", "VALID", "INSUFFICIENT_CREDITS"]
    assert await world.balance(person.organization_id) == 8
