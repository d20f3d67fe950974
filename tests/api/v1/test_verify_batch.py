"""Many questions at once: in order, each on its own, and all or nothing only when malformed."""

import asyncio
from itertools import chain

import pytest

from tests.factories.gate import BATCH, question, verify, verify_all


@pytest.fixture
async def service(world):
    return await world.service_key()


@pytest.fixture
async def key(world):
    return await world.api_key(await world.organization(credits=10))


def codes(verdicts):
    return [verdict["code"] for verdict in verdicts]


async def post_items(client, service, items):
    return await client.post(BATCH, json={"items": items}, headers=service.headers)


async def test_verdicts_come_in_the_order_of_the_questions_each_on_its_own(
    client, world, service, key, resources
):
    disabled = await world.api_key(await world.organization(), enabled=False)
    person = await world.caller(credits=1)

    verdicts = await verify_all(
        client,
        service,
        question(key, cost=4),
        question(disabled),
        question("nonsense"),
        question(person.credential),
        question(person.credential),
        question(resources.api_key_secrets.issue("live").api_key),
        question(key, scopes=["gate:verify"]),
        question(key, cost=6),
        question(key),
    )

    assert codes(verdicts) == [
        "VALID", "DISABLED", "NOT_FOUND", "VALID", "INSUFFICIENT_CREDITS", "NOT_FOUND",
        "INSUFFICIENT_SCOPE", "VALID", "INSUFFICIENT_CREDITS",
    ]  # fmt: skip
    assert [verdict["credits"]["remaining"] for verdict in verdicts] == [
        6, 1_000, None, 0, 0, None, 6, 0, 0,
    ]  # fmt: skip


async def test_a_question_is_answered_in_a_batch_as_it_is_alone(client, service, key):
    alone = await verify(client, service, key, cost=0)

    assert await verify_all(client, service, question(key, cost=0)) == [alone]


async def test_one_big_refused_item_never_starves_the_small_ones(client, world, service, key):
    """Trap C: a plain running sum in a batch that refuses small items after one big one."""
    costs = [3, 11, 3, 5, 4, 1]

    verdicts = await verify_all(client, service, *(question(key, cost=cost) for cost in costs))

    assert [verdict["credits"]["charged"] for verdict in verdicts] == [3, 0, 3, 0, 4, 0]
    assert await world.balance(key.row.organization_id) == 0


async def test_a_batch_takes_1_to_500_items(client, world, service, key):
    full = await post_items(client, service, [question(key, cost=0)] * 500)
    answers = [await post_items(client, service, items) for items in ([], [question(key)] * 501)]

    assert full.status_code == 200
    assert len(full.json()["items"]) == 500
    for answer in answers:
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/items"]
    assert await world.balance(key.row.organization_id) == 10


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        ({"cost": -1}, "/items/1/cost"),
        ({"cost": 5.0}, "/items/1/cost"),
        ({"cost": None}, "/items/1/cost"),
        ({"key": ""}, "/items/1/key"),
        ({"scope": []}, "/items/1/scope"),
        ({"scopes": ["x", 5]}, "/items/1/scopes/1"),
        ({"limits": [{"name": "a"}, {"name": ""}]}, "/items/1/limits/1/name"),
        ({"ip": "here"}, "/items/1/ip"),
    ],
    ids=str,
)
async def test_a_malformed_item_refuses_the_whole_batch_with_its_pointer_before_anything_is_consumed(
    client, world, service, key, bad, pointer
):
    good = question(key, cost=3)

    answer = await post_items(client, service, [good, {**good, **bad}, good])

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await world.balance(key.row.organization_id) == 10


@pytest.mark.parametrize("item", [None, 5, "key", [], {}])
async def test_an_item_that_is_no_question_refuses_the_batch(client, world, service, key, item):
    answer = await post_items(client, service, [question(key), item])

    assert answer.status_code == 422
    assert all(error["pointer"].startswith("/items/1") for error in answer.json()["errors"])
    assert await world.balance(key.row.organization_id) == 10


async def test_every_unknown_limit_of_the_batch_is_pointed_at(client, world, service):
    plan = await world.plan(minute=(100, 60))
    key = await world.api_key(await world.organization(credits=10, plan=plan))
    items = [
        question(key),
        question(key, limits=[{"name": "hour"}]),
        question(key, limits=[{"name": "minute"}, {"name": "week"}]),
    ]

    answer = await post_items(client, service, items)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/items/1/limits/0/name",
        "/items/2/limits/1/name",
    ]
    assert await world.balance(key.row.organization_id) == 10


async def test_limits_count_item_by_item(client, world, service):
    plan = await world.plan(minute=(3, 3_600))
    key = await world.api_key(await world.organization(plan=plan))

    verdicts = await verify_all(client, service, *[question(key)] * 5)

    assert codes(verdicts) == ["VALID"] * 3 + ["RATE_LIMITED"] * 2
    assert [verdict["limits"][0]["remaining"] for verdict in verdicts] == [2, 1, 0, 0, 0]


async def test_batches_at_once_spend_exactly_what_there_is(client, world, service):
    keys = [await world.api_key(await world.organization(credits=25)) for _ in range(3)]
    forwards, backwards = ([question(key) for key in order] * 10 for order in (keys, keys[::-1]))

    answers = await asyncio.gather(
        *(verify_all(client, service, *items) for items in (forwards, backwards) * 2)
    )

    assert codes(chain(*answers)).count("VALID") == 75
    assert [await world.balance(key.row.organization_id) for key in keys] == [0, 0, 0]


async def test_every_entry_of_a_batch_names_its_request(client, world, service, key):
    answer = await post_items(client, service, [question(key)] * 3)

    entries = (await world.entries(key.row.organization_id))[1:]
    assert {entry.request_id for entry in entries} == {answer.headers["X-Request-ID"]}


@pytest.mark.parametrize("body", [[], {}, {"items": {}}, {"items": None}, {"items": "x"}, {"item": []}])
async def test_what_is_no_batch_is_refused(client, service, body):
    answer = await client.post(BATCH, json=body, headers=service.headers)

    assert answer.status_code == 422
