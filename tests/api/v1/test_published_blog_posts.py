import pytest

from tests.factories.blog_posts import POSTS, publish_post, write_post


@pytest.fixture
async def author(world):
    return await world.caller()


@pytest.fixture
def shelf(author):
    """The address of the author's organization's posts."""
    return f"/api/v1/organizations/{author.organization_id}/blog-posts"


@pytest.fixture
def everyones(client, author):
    """Lists the author's published posts as anyone would."""

    async def everyones(headers=None, **params):
        params = {"organization_id": str(author.organization_id), **params}
        return await client.get(POSTS, params=params, headers=headers)

    return everyones


async def test_anyone_lists_what_is_published_and_nothing_else(client, author, everyones):
    await write_post(client, author, "A draft")
    post = await publish_post(client, author, "Hello")

    answer = await everyones()

    del post["body"]
    assert answer.json() == {"items": [post], "total": 1, "page": 1, "size": 20, "pages": 1}


async def test_the_list_of_all_organizations_is_open(client, author):
    title = f"Of {author.organization_id}"
    post = await publish_post(client, author, title)

    answer = await client.get(POSTS, params={"search": title})

    assert [item["id"] for item in answer.json()["items"]] == [post["id"]]


async def test_a_list_is_searched_sorted_and_paged(client, author, everyones):
    for title in ("100% b", "100% a", "1000"):
        await publish_post(client, author, title)

    first = (await everyones(search="0%", sort="title", size=1)).json()
    second = (await everyones(search="0%", sort="title", size=1, page=2)).json()

    assert [post["title"] for page in (first, second) for post in page["items"]] == ["100% a", "100% b"]
    assert (first["total"], first["pages"]) == (2, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "101"),
        ("size", "0"),
        ("page", "0"),
        ("sort", "body"),
        ("sort", "title; DROP TABLE blog_posts"),
        ("search", ""),
        ("search", "s" * 101),
        ("search", "a\x00b"),
        ("status", "draft"),
        ("unknown", "1"),
        ("organization_id", "mine"),
    ],
)
async def test_a_parameter_out_of_bounds_or_unknown_is_refused(client, name, value):
    answer = await client.get(POSTS, params={name: value})

    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [name]


async def test_a_list_keeps_its_etag_on_304_and_changes_it_with_any_post(client, author, everyones):
    await publish_post(client, author, "Older")
    newer = await publish_post(client, author, "Newer")
    tag = (await everyones()).headers["ETag"]

    same = await everyones(headers={"If-None-Match": tag})
    url = f"{POSTS}/{newer['id']}"
    await client.patch(url, json={"title": "Newest"}, headers=author.headers)
    changed = await everyones(headers={"If-None-Match": tag})

    assert (same.status_code, same.headers["ETag"], same.content) == (304, tag, b"")
    assert same.headers["Cache-Control"] == "public, no-cache"
    assert (changed.status_code, changed.headers["ETag"] == tag) == (200, False)


async def test_anyone_reads_a_published_post_by_its_slug(author, client, shelf):
    post = await publish_post(client, author, "Hello, world")

    answer = await client.get(f"{shelf}/hello-world")

    assert (answer.status_code, answer.json()) == (200, post)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    again = await client.get(f"{shelf}/hello-world", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (304, answer.headers["ETag"])


async def test_a_slug_that_a_new_post_took_over_has_another_etag(client, author, shelf):
    old = await publish_post(client, author, "Hello", "The old one")
    tag = (await client.get(f"{shelf}/hello")).headers["ETag"]
    await client.delete(f"{POSTS}/{old['id']}", headers=author.headers)
    await publish_post(client, author, "Hello", "The new one")

    answer = await client.get(f"{shelf}/hello", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.json()["body"]) == (200, "The new one")


async def test_a_draft_is_absent_at_its_slug_even_for_its_writer(client, author, shelf):
    await write_post(client, author, "Hello")

    answers = [await client.get(f"{shelf}/{slug}", headers=author.headers) for slug in ("hello", "absent")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert answers[0].headers["Cache-Control"] == "no-store"


async def test_what_is_unpublished_is_gone_at_once(client, author, shelf, everyones):
    post = await publish_post(client, author, "Hello")
    tag = (await client.get(f"{shelf}/hello")).headers["ETag"]

    await client.delete(f"{POSTS}/{post['id']}/publication", headers=author.headers)

    assert (await client.get(f"{shelf}/hello", headers={"If-None-Match": tag})).status_code == 404
    assert (await everyones()).json()["total"] == 0


@pytest.mark.parametrize("slug", ["Hello", "-hello", "a--b", "a_b", "s" * 221, "h%00"])
async def test_what_is_no_slug_is_no_server_error(client, shelf, slug):
    answer = await client.get(f"{shelf}/{slug}")

    assert answer.status_code in {404, 422}


async def test_members_list_their_drafts_too(client, caller):
    shelf = f"/api/v1/organizations/{caller.organization_id}/blog-posts"
    for title in ("One", "Two"):
        await client.post(POSTS, json={"title": title}, headers=caller.headers)

    answer = await client.get(shelf, params={"status": "draft", "sort": "title"}, headers=caller.headers)

    assert [post["title"] for post in answer.json()["items"]] == ["One", "Two"]
    assert answer.headers["Cache-Control"] == "no-store"
    cached = await client.get(
        shelf,
        params={"status": "draft", "sort": "title"},
        headers=caller.headers | {"If-None-Match": answer.headers["ETag"]},
    )
    assert (cached.status_code, cached.headers["ETag"]) == (304, answer.headers["ETag"])


async def test_the_members_list_is_closed_to_everyone_else(client, world, shelf):
    stranger = await world.caller()

    anonymous = await client.get(shelf)
    other = await client.get(shelf, headers=stranger.headers)

    assert [anonymous.status_code, other.status_code] == [401, 404]
