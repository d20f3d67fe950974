import asyncio
from uuid import uuid4

import pytest

from tests.factories.blog_posts import POSTS, write_post


@pytest.fixture
async def post(client, caller):
    """A draft of the caller."""
    return await write_post(client, caller)


@pytest.fixture
async def stranger(world):
    """Someone of another organization."""
    return await world.caller()


@pytest.fixture
def url(post):
    return f"{POSTS}/{post['id']}"


async def test_a_new_post_is_a_draft_and_says_where_it_is(client, caller):
    answer = await client.post(POSTS, json={"title": "Hello, world", "body": "*Hi*"}, headers=caller.headers)

    post = answer.json()
    assert answer.headers["Location"] == f"{POSTS}/{post['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert (post["slug"], post["status"], post["published_at"]) == ("hello-world", "draft", None)
    assert (post["organization_id"], post["author_id"]) == (str(caller.organization_id), str(caller.user_id))
    assert (await client.get(answer.headers["Location"], headers=caller.headers)).json() == post


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/title"),
        ({"title": " "}, "/title"),
        ({"title": "t" * 201}, "/title"),
        ({"title": 5}, "/title"),
        ({"title": "a\x00b"}, "/title"),
        ({"title": "t", "body": "b" * 100_001}, "/body"),
        ({"title": "t", "slug": "mine"}, "/slug"),
        ({"title": "t", "status": "published"}, "/status"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_draft_past_its_limits_is_refused(client, caller, body, pointer):
    answer = await client.post(POSTS, json=body, headers=caller.headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""),
        ("GET", "/{id}"),
        ("PATCH", "/{id}"),
        ("DELETE", "/{id}"),
        ("PUT", "/{id}/publication"),
        ("DELETE", "/{id}/publication"),
    ],
)
async def test_a_stranger_without_a_credential_is_asked_for_one(client, method, path):
    body = {"title": "t"} if method in {"POST", "PATCH"} else None

    answer = await client.request(method, POSTS + path.format(id=uuid4()), json=body)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("blog_posts:write", "POST", ""),
        ("blog_posts:read", "GET", "/{id}"),
        ("blog_posts:write", "PATCH", "/{id}"),
        ("blog_posts:write", "DELETE", "/{id}"),
        ("blog_posts:write", "PUT", "/{id}/publication"),
        ("blog_posts:write", "DELETE", "/{id}/publication"),
    ],
)
async def test_a_key_without_the_scope_is_refused(client, world, scope, method, path):
    other = {"blog_posts:read", "blog_posts:write"} - {scope}
    key = await world.api_key(await world.organization(), scopes=sorted(other))
    body = {"title": "t"} if method in {"POST", "PATCH"} else None

    answer = await client.request(method, POSTS + path.format(id=uuid4()), json=body, headers=key.headers)

    assert answer.status_code == 403
    assert answer.json()["required_scopes"] == [scope]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"title": "Mine"}),
        ("DELETE", "", None),
        ("PUT", "/publication", None),
        ("DELETE", "/publication", None),
    ],
)
async def test_anothers_post_answers_exactly_as_absent(client, stranger, post, method, path, body):
    answers = [
        await client.request(method, f"{POSTS}/{post_id}{path}", json=body, headers=stranger.headers)
        for post_id in (post["id"], uuid4())
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    own, unknown = (
        {name: value for name, value in answer.json().items() if name not in {"instance", "request_id"}}
        for answer in answers
    )
    assert own == unknown


async def test_a_change_touches_only_what_it_names(client, caller, post, url):
    answer = await client.patch(url, json={"title": "Goodbye"}, headers=caller.headers)

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    changed = answer.json()
    assert changed["updated_at"] > post["updated_at"]
    assert changed == post | {"title": "Goodbye", "updated_at": changed["updated_at"]}


async def test_an_empty_change_changes_nothing(client, caller, post, url):
    answer = await client.patch(url, json={}, headers=caller.headers)

    assert (answer.json(), answer.headers["ETag"]) == (post, '"1"')


@pytest.mark.parametrize("body", [{"title": None}, {"body": None}, {"title": ""}, {"slug": "mine"}, [], None])
async def test_a_change_that_cannot_be_is_refused(client, caller, url, body):
    answer = await client.patch(url, json=body, headers=caller.headers)

    assert answer.status_code == 422


async def test_of_two_changes_to_the_same_version_one_wins(client, caller, url):
    headers = caller.headers | {"If-Match": '"1"'}

    answers = await asyncio.gather(
        *(client.patch(url, json={"title": title}, headers=headers) for title in ("One", "Two"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert (await client.get(url, headers=caller.headers)).json() == winner.json()


async def test_changes_without_a_condition_all_go_through(client, caller, url):
    answers = await asyncio.gather(
        *(client.patch(url, json={"title": f"Title {n}"}, headers=caller.headers) for n in range(5))
    )

    assert [answer.status_code for answer in answers] == [200] * 5
    assert {answer.headers["ETag"] for answer in answers} == {f'"{version}"' for version in range(2, 7)}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"title": "New"}),
        ("DELETE", "", None),
        ("PUT", "/publication", None),
        ("DELETE", "/publication", None),
    ],
)
@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', "1"])
async def test_no_write_goes_through_on_a_stale_or_weak_tag(client, caller, url, method, path, body, tag):
    answer = await client.request(method, url + path, json=body, headers=caller.headers | {"If-Match": tag})

    assert answer.status_code == 412
    assert answer.json()["code"] == "precondition_failed"


async def test_a_304_keeps_its_etag(client, caller, url):
    tag = (await client.get(url, headers=caller.headers)).headers["ETag"]

    answer = await client.get(url, headers=caller.headers | {"If-None-Match": tag})

    assert (answer.status_code, answer.headers["ETag"], answer.content) == (304, tag, b"")


async def test_a_changed_post_is_answered_in_full(client, caller, url):
    await client.patch(url, json={"title": "New"}, headers=caller.headers)

    answer = await client.get(url, headers=caller.headers | {"If-None-Match": '"1"'})

    assert (answer.status_code, answer.json()["title"]) == (200, "New")


async def test_a_deleted_post_is_gone(client, caller, url):
    answer = await client.delete(url, headers=caller.headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(url, headers=caller.headers)).status_code == 404
    assert (await client.delete(url, headers=caller.headers)).status_code == 404
