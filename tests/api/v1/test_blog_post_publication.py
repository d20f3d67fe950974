import asyncio
from uuid import UUID, uuid4

import pytest

from tests.factories.blog_posts import POSTS, publish_post, write_post


@pytest.fixture
async def post(client, caller):
    """A draft of the caller."""
    return await write_post(client, caller)


@pytest.fixture
def publication(post):
    return f"{POSTS}/{post['id']}/publication"


async def charges(world, caller):
    entries = await world.entries(caller.organization_id)
    return [(entry.amount, entry.reason) for entry in entries if entry.kind == "charge"]


async def test_publishing_shows_the_post_and_charges_5_credits(client, world, caller, publication):
    answer = await client.put(publication, headers=caller.headers)

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert answer.json()["status"] == "published"
    assert await charges(world, caller) == [(-5, "blog_post.publication")]
    assert await world.balance(caller.organization_id) == 995


async def test_publishing_twice_charges_once_and_keeps_the_first_date(client, world, caller, publication):
    first = await client.put(publication, headers=caller.headers)

    second = await client.put(publication, headers=caller.headers)

    assert (second.status_code, second.json()) == (200, first.json())
    assert len(await charges(world, caller)) == 1


async def test_publishing_at_once_twenty_times_charges_once(client, world, caller, publication):
    answers = await asyncio.gather(*(client.put(publication, headers=caller.headers) for _ in range(20)))

    assert [answer.status_code for answer in answers] == [200] * 20
    assert len({answer.json()["published_at"] for answer in answers}) == 1
    assert await charges(world, caller) == [(-5, "blog_post.publication")]


async def test_a_post_that_is_shown_again_has_paid_already(client, world, caller, publication):
    first = await client.put(publication, headers=caller.headers)
    hidden = await client.delete(publication, headers=caller.headers)

    again = await client.put(publication, headers=caller.headers)

    assert (hidden.status_code, hidden.content) == (204, b"")
    assert again.json()["published_at"] == first.json()["published_at"]
    assert len(await charges(world, caller)) == 1


async def test_the_id_in_another_spelling_is_the_same_post(client, world, caller, post, publication):
    await client.put(publication, headers=caller.headers)

    for spelling in (post["id"].upper(), UUID(post["id"]).hex):
        answer = await client.put(f"{POSTS}/{spelling}/publication", headers=caller.headers)
        assert answer.status_code == 200

    assert len(await charges(world, caller)) == 1


async def test_a_failed_publication_charges_nothing(client, world, caller, publication):
    absent = await client.put(f"{POSTS}/{uuid4()}/publication", headers=caller.headers)
    stale = await client.put(publication, headers=caller.headers | {"If-Match": '"9"'})
    malformed = await client.put(f"{POSTS}/hello/publication", headers=caller.headers)

    assert [answer.status_code for answer in (absent, stale, malformed)] == [404, 412, 422]
    assert await charges(world, caller) == []
    assert await world.balance(caller.organization_id) == 1_000


@pytest.mark.parametrize("by", ["session", "api_key"])
async def test_without_enough_credits_the_post_stays_a_draft(client, world, by):
    caller = await world.caller(by=by, credits=4)
    post = await write_post(client, caller)
    url = f"{POSTS}/{post['id']}"

    answer = await client.put(f"{url}/publication", headers=caller.headers)

    assert answer.status_code == 402
    assert (answer.json()["required"], answer.json()["available"]) == (5, 4)
    assert (await client.get(url, headers=caller.headers)).json() == post
    assert await world.balance(caller.organization_id) == 4


async def test_a_post_that_has_paid_is_published_again_on_an_empty_account(client, world):
    caller = await world.caller(credits=5)
    post = await publish_post(client, caller)
    publication = f"{POSTS}/{post['id']}/publication"
    await client.delete(publication, headers=caller.headers)

    answer = await client.put(publication, headers=caller.headers)

    assert answer.status_code == 200
    assert await world.balance(caller.organization_id) == 0


async def test_each_post_pays_for_itself_until_the_credits_are_spent(client, world):
    caller = await world.caller(credits=12)
    posts = [await write_post(client, caller) for _ in range(5)]

    answers = await asyncio.gather(
        *(client.put(f"{POSTS}/{post['id']}/publication", headers=caller.headers) for post in posts)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 200, 402, 402, 402]
    assert await world.balance(caller.organization_id) == 2
