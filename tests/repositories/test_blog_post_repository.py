import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import InvalidRequestError

from app.core.database import transaction
from app.core.exceptions import NotFoundError
from app.core.identifiers import new_id
from app.models import BlogPost
from app.repositories.blog_post_repository import BlogPostRepository
from app.schemas.blog_post import BlogPostQuery, BlogPostSort, PublishedBlogPostQuery

NOW = datetime(2026, 1, 17, 9, 30, tzinfo=UTC)


@pytest.fixture
async def organization(world):
    return await world.organization()


@pytest.fixture
async def repository(resources):
    async with transaction(resources.engine) as session:
        yield BlogPostRepository(session)


@pytest.fixture
def write(world, organization):
    async def write(title, **values):
        author_id = await world.owner_of(organization.id)
        post = BlogPost(
            **{
                "organization_id": organization.id,
                "author_id": author_id,
                "title": title,
                "slug": title.lower(),
                "body": "",
                **values,
            }
        )
        await world.save(post)
        return post

    return write


def published(days=0):
    return {"status": "published", "published_at": NOW + timedelta(days=days)}


async def test_a_draft_is_in_its_organizations_list_and_not_in_everyones(repository, organization, write):
    await write("draft")
    await write("shown", **published())

    own = await repository.page_by_organization(organization.id, BlogPostQuery())
    everyones = await repository.page_published(PublishedBlogPostQuery(organization_id=organization.id))

    assert {post.title for post in own.items} == {"draft", "shown"}
    assert {post.title for post in everyones.items} == {"shown"}


async def test_a_list_can_be_narrowed_to_drafts(repository, organization, write):
    await write("draft")
    await write("shown", **published())

    page = await repository.page_by_organization(organization.id, BlogPostQuery(status="draft"))

    assert [post.title for post in page.items] == ["draft"]


@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("HELLO", ["Hello"]),
        ("%", ["100% sure"]),
        ("_", ["snake_case"]),
        ("\\", ["back\\slash"]),
        ("0% s", ["100% sure"]),
        ("absent", []),
    ],
)
async def test_a_search_is_taken_literally_whatever_its_case(repository, organization, write, search, titles):
    for number, title in enumerate(["Hello", "100% sure", "snake_case", "back\\slash"]):
        await write(title, slug=f"post-{number}")

    page = await repository.page_by_organization(organization.id, BlogPostQuery(search=search))

    assert [post.title for post in page.items] == titles


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        (BlogPostSort.NEWEST, ["a", "c", "b"]),
        (BlogPostSort.OLDEST, ["b", "c", "a"]),
        (BlogPostSort.LAST_PUBLISHED, ["b", "a", "c"]),
        (BlogPostSort.FIRST_PUBLISHED, ["c", "a", "b"]),
        (BlogPostSort.TITLE, ["a", "b", "c"]),
    ],
)
async def test_every_sort_key_has_its_order(repository, organization, write, sort, titles):
    await write("b", **published(days=3))
    await write("c", **published(days=1))
    await write("a", **published(days=2))

    page = await repository.page_by_organization(organization.id, BlogPostQuery(sort=sort))

    assert [post.title for post in page.items] == titles


async def test_posts_that_tie_are_on_one_page_only(repository, organization, write):
    for number in range(5):
        await write("same", slug=f"same-{number}", **published())

    seen = [
        post.slug
        for page in (1, 2, 3)
        for post in (
            await repository.page_published(
                PublishedBlogPostQuery(organization_id=organization.id, page=page, size=2)
            )
        ).items
    ]

    assert sorted(seen) == [f"same-{number}" for number in range(5)]


async def test_a_list_does_not_read_bodies(repository, organization, write):
    await write("long", body="word " * 1_000)

    page = await repository.page_by_organization(organization.id, BlogPostQuery())

    with pytest.raises(InvalidRequestError, match="body"):
        _ = page.items[0].body


async def test_only_a_published_post_is_at_its_slug(repository, organization, write):
    await write("draft")
    shown = await write("shown", **published())

    assert (await repository.get_published_by_slug("shown", organization.id)).id == shown.id
    with pytest.raises(NotFoundError):
        await repository.get_published_by_slug("draft", organization.id)


@pytest.mark.parametrize("query", ["get_by_organization", "lock_by_organization"])
async def test_another_organizations_post_is_not_found(repository, organization, write, query):
    post = await write("shown", **published())

    assert (await getattr(repository, query)(post.id, organization.id)).id == post.id
    with pytest.raises(NotFoundError):
        await getattr(repository, query)(post.id, new_id())


async def test_those_who_choose_a_slug_take_turns(resources, organization, write):
    async with transaction(resources.engine) as first:
        await BlogPostRepository(first).lock_slugs("hello-2", organization.id)
        async with transaction(resources.engine) as second:
            waiting = asyncio.create_task(BlogPostRepository(second).lock_slugs("hello", organization.id))
            done, _ = await asyncio.wait([waiting], timeout=0.2)
            assert not done

            await write("hello")
            await first.rollback()

            assert await waiting == {"hello"}


async def test_slugs_of_other_organizations_are_not_in_use_here(repository, organization, write, world):
    await write("hello")
    other = await world.organization()

    assert await repository.lock_slugs("hello", other.id) == set()
