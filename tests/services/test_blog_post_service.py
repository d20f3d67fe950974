import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.core.exceptions import NotFoundError, PreconditionFailedError
from app.core.preconditions import Precondition
from app.core.principal import Principal, PrincipalType
from app.repositories.blog_post_repository import BlogPostRepository
from app.schemas.blog_post import BlogPostCreate, BlogPostQuery, BlogPostUpdate
from app.services.blog_post_service import BlogPostService

NOW = datetime(2026, 1, 17, 9, 30, tzinfo=UTC)
STALE = Precondition(frozenset({"7"}))


class Desk:
    """A member of a new organization at work: each call is a unit of work of its own."""

    def __init__(self, resources, caller):
        self.engine = resources.engine
        self.caller = caller
        self.now = NOW

    def __getattr__(self, verb):
        async def call(*arguments, **options):
            async with transaction(self.engine) as session:
                service = BlogPostService(BlogPostRepository(session), lambda: self.now)
                return await getattr(service, verb)(*arguments, caller=self.caller, **options)

        return call


@pytest.fixture
def open_desk(resources, world):
    async def open_desk():
        organization = await world.organization()
        user_id = await world.owner_of(organization.id)
        return Desk(resources, Principal(PrincipalType.SESSION, organization.id, user_id, frozenset()))

    return open_desk


@pytest.fixture
async def desk(open_desk):
    return await open_desk()


async def test_a_new_post_is_a_draft_of_its_writer(desk):
    post = await desk.create(BlogPostCreate(title="Hello, world", body="*Hi*"))

    assert (post.status, post.slug, post.published_at) == ("draft", "hello-world", None)
    assert (post.organization_id, post.author_id) == (desk.caller.organization_id, desk.caller.user_id)


async def test_posts_of_one_title_are_numbered_from_two(desk):
    titles = ["Hello", "hello!", "Hello 2", "HELLO"]

    slugs = [(await desk.create(BlogPostCreate(title=title))).slug for title in titles]

    assert slugs == ["hello", "hello-2", "hello-2-2", "hello-3"]


async def test_twenty_posts_of_one_title_at_once_get_twenty_slugs(desk):
    posts = await asyncio.gather(*(desk.create(BlogPostCreate(title="Hello")) for _ in range(20)))

    assert {post.slug for post in posts} == {"hello", *(f"hello-{number}" for number in range(2, 21))}


async def test_titles_that_look_like_numbered_ones_do_not_collide_at_once(desk):
    titles = ["Hello", "Hello 2", "Hello 2 2"] * 6

    posts = await asyncio.gather(*(desk.create(BlogPostCreate(title=title)) for title in titles))

    assert len({post.slug for post in posts}) == 18


async def test_a_title_without_ascii_words_still_has_a_slug(desk):
    posts = [await desk.create(BlogPostCreate(title="日本語")) for _ in range(2)]

    assert [post.slug for post in posts] == ["post", "post-2"]


async def test_the_longest_title_has_a_slug_that_fits(desk):
    posts = [await desk.create(BlogPostCreate(title="㋿" * 200)) for _ in range(2)]
    widest = [await desk.create(BlogPostCreate(title="⒇" * 200)) for _ in range(2)]

    assert [post.slug for post in posts] == ["post", "post-2"]
    assert all(len(post.slug) <= 220 for post in widest)


async def test_two_organizations_may_have_the_same_slug(desk, open_desk):
    other = await open_desk()

    posts = [await each.create(BlogPostCreate(title="Hello")) for each in (desk, other)]

    assert [post.slug for post in posts] == ["hello", "hello"]


async def test_a_new_title_keeps_the_slug_so_that_links_keep_working(desk):
    post = await desk.create(BlogPostCreate(title="Hello", body="Hi"))

    changed = await desk.update(post.id, BlogPostUpdate(title="Goodbye"))

    assert (changed.title, changed.slug, changed.body, changed.version) == ("Goodbye", "hello", "Hi", 2)


async def test_publishing_twice_keeps_the_first_date_and_the_version(desk):
    post = await desk.create(BlogPostCreate(title="Hello"))
    first = await desk.publish(post.id)
    desk.now = NOW + timedelta(days=1)

    second = await desk.publish(post.id)

    assert (second.status, second.published_at, second.version) == ("published", NOW, first.version)


async def test_unpublishing_twice_is_unpublishing_once(desk):
    post = await desk.create(BlogPostCreate(title="Hello"))
    await desk.publish(post.id)
    first = await desk.unpublish(post.id)

    second = await desk.unpublish(post.id)

    assert (second.status, second.published_at, second.version) == ("draft", NOW, first.version)


async def test_all_who_publish_at_once_succeed(desk):
    post = await desk.create(BlogPostCreate(title="Hello"))

    posts = await asyncio.gather(*(desk.publish(post.id) for _ in range(20)))

    assert {post.version for post in posts} == {2}


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [("update", [BlogPostUpdate(body="New")]), ("delete", []), ("publish", []), ("unpublish", [])],
)
async def test_a_write_meant_for_another_version_is_refused(desk, verb, arguments):
    post = await desk.create(BlogPostCreate(title="Hello"))

    with pytest.raises(PreconditionFailedError):
        await getattr(desk, verb)(post.id, *arguments, precondition=STALE)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("get", []),
        ("update", [BlogPostUpdate(body="New")]),
        ("delete", []),
        ("publish", []),
        ("unpublish", []),
    ],
)
async def test_another_organizations_post_is_as_absent(desk, open_desk, verb, arguments):
    post = await desk.create(BlogPostCreate(title="Hello"))
    stranger = await open_desk()

    with pytest.raises(NotFoundError, match="There is no such blog post"):
        await getattr(stranger, verb)(post.id, *arguments)


async def test_another_organizations_list_is_as_absent(desk, open_desk):
    stranger = await open_desk()

    with pytest.raises(NotFoundError, match="There is no such organization"):
        await stranger.list_by_organization(desk.caller.organization_id, BlogPostQuery())


async def test_a_deleted_posts_slug_is_free_again(desk):
    post = await desk.create(BlogPostCreate(title="Hello"))
    await desk.delete(post.id)

    again = await desk.create(BlogPostCreate(title="Hello"))

    assert again.slug == "hello"
