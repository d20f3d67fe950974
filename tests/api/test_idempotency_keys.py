"""`Idempotency-Key`: what is repeated is executed once, and answered the same."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from app.core.database import transaction
from app.models import ApiKey, BlogPost, IdempotencyKey
from tests.api.asgi import ask

POSTS = "/api/v1/blog-posts"
KEYS = "/api/v1/api-keys"
DRAFT = {"title": "Once", "body": "and not twice"}


@pytest.fixture
def key():
    """An idempotency key that nobody has used."""
    return {"Idempotency-Key": str(uuid4())}


async def count(resources, model, organization_id):
    """How many of these the organization has."""
    async with transaction(resources.engine) as session:
        query = select(func.count()).select_from(model).where(model.organization_id == organization_id)
        return (await session.execute(query)).scalar_one()


def was_replayed(answer):
    return answer.headers.get("idempotent-replayed") == "true"


async def test_a_repetition_gets_the_first_answer_and_makes_nothing(client, caller, resources, key):
    first = await client.post(POSTS, json=DRAFT, headers=caller.headers | key)
    again = await client.post(POSTS, json=DRAFT, headers=caller.headers | key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert not was_replayed(first)
    assert was_replayed(again)
    for name in ("location", "etag", "content-type", "content-length"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await count(resources, BlogPost, caller.organization_id) == 1


async def test_without_a_key_each_request_is_its_own(client, caller, resources):
    for _ in range(2):
        assert (await client.post(POSTS, json=DRAFT, headers=caller.headers)).status_code == 201

    assert await count(resources, BlogPost, caller.organization_id) == 2


async def test_twenty_at_once_are_executed_once(client, caller, resources, key):
    requests = [client.post(POSTS, json=DRAFT, headers=caller.headers | key) for _ in range(20)]

    answers = await asyncio.gather(*requests)

    assert await count(resources, BlogPost, caller.organization_id) == 1
    made = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(made) + len(waiting) == 20
    assert len({answer.content for answer in made}) == 1
    assert [answer for answer in made if not was_replayed(answer)] == made[:1]
    assert {answer.json()["code"] for answer in waiting} <= {"idempotency_key_in_flight"}
    assert was_replayed(await client.post(POSTS, json=DRAFT, headers=caller.headers | key))


async def test_spacing_and_the_order_of_members_do_not_count(client, caller, key):
    headers = caller.headers | key | {"Content-Type": "application/json"}
    first = await client.post(POSTS, content=json.dumps(DRAFT), headers=headers)
    turned = json.dumps(dict(reversed(DRAFT.items())), indent=4).replace("O", "\\u004f")

    again = await client.post(POSTS, content=turned, headers=headers)

    assert was_replayed(again)
    assert again.content == first.content


async def test_another_body_under_the_same_key_is_refused(client, caller, resources, key):
    await client.post(POSTS, json=DRAFT, headers=caller.headers | key)

    answer = await client.post(POSTS, json={**DRAFT, "title": "Other"}, headers=caller.headers | key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await count(resources, BlogPost, caller.organization_id) == 1


async def test_another_caller_under_the_same_key_makes_a_call_of_their_own(client, world, resources, key):
    organization = await world.organization()
    for _ in range(2):
        caller = await world.api_key(organization)
        answer = await client.post(POSTS, json=DRAFT, headers=caller.headers | key)
        assert not was_replayed(answer)

    assert await count(resources, BlogPost, organization.id) == 2


async def test_another_organization_of_the_same_person_makes_a_call_of_its_own(client, world, resources, key):
    caller = await world.caller()
    other = await world.organization()
    await world.member(other, await world.get_user(caller.user_id), role="owner")
    await client.post(POSTS, json=DRAFT, headers=caller.headers | key)

    there = caller.headers | key | {"X-Organization": str(other.id)}
    answer = await client.post(POSTS, json=DRAFT, headers=there)

    assert not was_replayed(answer)
    assert await count(resources, BlogPost, other.id) == 1


async def test_another_route_under_the_same_key_makes_a_call_of_its_own(client, world, key):
    caller = await world.caller()
    draft = {"name": "Once"}
    await client.post("/api/v1/organizations", json=draft, headers=caller.headers | key)

    answer = await client.post(KEYS, json=draft, headers=caller.headers | key)

    assert answer.status_code == 201
    assert not was_replayed(answer)


async def test_another_object_under_the_same_key_makes_a_call_of_its_own(client, world, key):
    caller = await world.caller()
    organization = await world.get_organization(caller.organization_id)
    one, other = [str((await world.api_key(organization)).row.id) for _ in range(2)]

    answers = [
        await client.post(f"{KEYS}/{key_id}/revoke", headers=caller.headers | key)
        for key_id in (one, other, one.upper())
    ]

    assert [answer.json()["id"] for answer in answers] == [one, other, one]
    assert [was_replayed(answer) for answer in answers] == [False, False, True]


async def test_a_secret_that_is_shown_once_is_replayed_and_kept_sealed(client, world, resources, key):
    caller = await world.caller()
    first = await client.post(KEYS, json={"name": "Shown"}, headers=caller.headers | key)
    again = await client.post(KEYS, json={"name": "Shown"}, headers=caller.headers | key)

    assert was_replayed(again)
    assert again.json() == first.json()
    assert await count(resources, ApiKey, caller.organization_id) == 1
    async with transaction(resources.engine) as session:
        query = select(IdempotencyKey).where(IdempotencyKey.user_id == caller.user_id)
        row = (await session.scalars(query)).one()
    stored = row.digest + row.sealed_answer
    for secret in (first.json()["api_key"], key["Idempotency-Key"], "Shown"):
        assert secret.encode() not in stored


async def test_who_may_not_call_any_more_gets_no_answer_again(client, world, resources, key):
    organization = await world.organization()
    caller = await world.api_key(organization)
    await client.post(POSTS, json=DRAFT, headers=caller.headers | key)
    async with transaction(resources.engine) as session:
        await session.execute(update(ApiKey).where(ApiKey.id == caller.row.id).values(scopes=[]))
    narrowed = await client.post(POSTS, json=DRAFT, headers=caller.headers | key)
    async with transaction(resources.engine) as session:
        await session.execute(update(ApiKey).where(ApiKey.id == caller.row.id).values(enabled=False))
    disabled = await client.post(POSTS, json=DRAFT, headers=caller.headers | key)

    assert (narrowed.status_code, disabled.status_code) == (403, 401)


async def test_a_day_later_the_key_is_free_again(client, world, resources, key):
    caller = await world.caller()
    first = await client.post(POSTS, json=DRAFT, headers=caller.headers | key)
    async with transaction(resources.engine) as session:
        mine = update(IdempotencyKey).where(IdempotencyKey.user_id == caller.user_id)
        await session.execute(mine.values(expires_at=func.now() - timedelta(seconds=1)))
    second = await client.post(POSTS, json={"title": "Anew", "body": ""}, headers=caller.headers | key)
    third = await client.post(POSTS, json={"title": "Anew", "body": ""}, headers=caller.headers | key)

    assert second.json()["id"] != first.json()["id"]
    assert not was_replayed(second)
    assert was_replayed(third)
    assert third.json() == second.json()


async def test_an_answer_is_kept_for_a_day(client, world, resources, key):
    caller = await world.caller()
    await client.post(POSTS, json=DRAFT, headers=caller.headers | key)

    async with transaction(resources.engine) as session:
        query = select(IdempotencyKey.expires_at - func.now()).where(IdempotencyKey.user_id == caller.user_id)
        left = (await session.execute(query)).scalar_one()

    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)


@pytest.mark.parametrize(
    "values",
    [["k" * 256], [""], ["one", "other"], ["same", "same"]],
    ids=["long", "empty", "two", "twice"],
)
async def test_a_header_that_is_not_one_key_is_refused(app, world, resources, values):
    caller = await world.caller()
    headers = [*caller.headers.items(), ("content-type", "application/json")]
    headers += [("idempotency-key", value) for value in values]

    status, _, text = await ask(app, headers, json.dumps(DRAFT).encode(), path=POSTS)

    assert status == 422
    assert [each["parameter"] for each in json.loads(text)["errors"]] == ["Idempotency-Key"]
    assert await count(resources, BlogPost, caller.organization_id) == 0


async def test_a_key_of_255_characters_will_do(client, world):
    caller = await world.caller()
    long = [*caller.headers.items(), (b"Idempotency-Key", b"\xfc" + b"k" * 254)]

    answers = [await client.post(POSTS, json=DRAFT, headers=long) for _ in range(2)]

    assert [was_replayed(answer) for answer in answers] == [False, True]


async def test_the_answer_to_verify_is_never_replayed(client, world, key):
    service, customer = await world.service_key(), await world.organization(credits=10)
    asked = {"key": (await world.api_key(customer)).api_key, "cost": 3}
    for headers in (service.headers | key, service.headers | {"Idempotency-Key": "k" * 300}):
        assert (await client.post("/api/v1/verify", json=asked, headers=headers)).status_code == 200

    assert await world.balance(customer.id) == 4
