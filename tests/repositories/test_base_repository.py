"""The five verbs, shown on blog posts."""

import pytest
from sqlalchemy import select, text

from app.core.database import transaction
from app.core.exceptions import ConflictError, NotFoundError, PreconditionFailedError
from app.core.identifiers import new_id
from app.models import BlogPost
from app.repositories.blog_post_repository import BlogPostRepository
from app.repositories.plan_repository import PlanRepository
from app.schemas.page import PageParams


@pytest.fixture
async def organization(world):
    return await world.organization()


@pytest.fixture
async def post(world, organization):
    post = new_post(organization, await world.owner_of(organization.id), "first")
    await world.save(post)
    return post


def new_post(organization, author_id, slug, **values):
    return BlogPost(
        organization_id=organization.id, author_id=author_id, title=slug, slug=slug, body="", **values
    )


async def test_find_answers_none_where_get_raises(resources):
    async with transaction(resources.engine) as session:
        posts = BlogPostRepository(session)

        assert await posts.find(new_id()) is None
        with pytest.raises(NotFoundError, match="There is no such blog post"):
            await posts.get(new_id())


async def test_get_answers_what_save_kept(resources, organization, post):
    async with transaction(resources.engine) as session:
        found = await BlogPostRepository(session).get(post.id)

    assert (found.slug, found.version) == ("first", 1)


async def test_a_save_raises_the_version_and_reads_back_what_the_database_computed(resources, post):
    async with transaction(resources.engine) as session:
        posts = BlogPostRepository(session)
        found = await posts.get(post.id)
        before = found.updated_at

        found.title = "Changed"
        await posts.save(found)

        assert found.version == 2
        assert found.updated_at > before


async def test_a_save_without_a_change_keeps_the_version(resources, post):
    async with transaction(resources.engine) as session:
        posts = BlogPostRepository(session)

        found = await posts.save(await posts.get(post.id))

    assert found.version == 1


async def test_a_broken_constraint_is_a_conflict_that_names_no_internals(resources, organization, post):
    async with transaction(resources.engine) as session:
        with pytest.raises(ConflictError) as caught:
            await BlogPostRepository(session).save(new_post(organization, post.author_id, "first"))
        await session.rollback()

    assert caught.value.detail == "This blog post contradicts what is stored already."


async def test_a_deletion_that_others_forbid_is_a_conflict(resources, organization):
    async with transaction(resources.engine) as session:
        plans = PlanRepository(session)
        with pytest.raises(ConflictError):
            await plans.delete(await plans.get(organization.plan_id))
        await session.rollback()


@pytest.mark.parametrize("verb", ["save", "delete"])
async def test_a_write_over_a_change_it_has_not_seen_is_refused(resources, post, verb):
    async with transaction(resources.engine) as session:
        posts = BlogPostRepository(session)
        found = await posts.get(post.id)
        async with transaction(resources.engine) as other:
            changed = await BlogPostRepository(other).get(post.id)
            changed.title = "Changed by another"

        found.title = "Changed by me"
        with pytest.raises(PreconditionFailedError):
            await getattr(posts, verb)(found)
        await session.rollback()


async def test_what_is_deleted_is_gone(resources, post):
    async with transaction(resources.engine) as session:
        posts = BlogPostRepository(session)
        await posts.delete(await posts.get(post.id))

    async with transaction(resources.engine) as session:
        assert await BlogPostRepository(session).find(post.id) is None


@pytest.mark.parametrize(
    ("page", "slugs", "pages"), [(1, ["a", "b"], 3), (3, ["e"], 3), (4, [], 3), (1_000_000, [], 3)]
)
async def test_a_page_is_a_window_on_all_rows(resources, world, organization, page, slugs, pages):
    author_id = await world.owner_of(organization.id)
    await world.save(*(new_post(organization, author_id, slug) for slug in "edcba"))

    async with transaction(resources.engine) as session:
        query = select(BlogPost).where(BlogPost.organization_id == organization.id).order_by(BlogPost.slug)
        found = await BlogPostRepository(session).page(query, PageParams(page=page, size=2))

    assert [post.slug for post in found.items] == slugs
    assert (found.total, found.page, found.size, found.pages) == (5, page, 2, pages)


async def test_an_empty_collection_has_no_pages(resources, organization):
    async with transaction(resources.engine) as session:
        query = select(BlogPost).where(BlogPost.organization_id == organization.id)
        found = await BlogPostRepository(session).page(query, PageParams())

    assert (found.total, found.pages) == (0, 0)


async def test_nothing_is_kept_when_the_unit_of_work_fails(resources, organization, post):
    async def fail_after_a_save():
        async with transaction(resources.engine) as session:
            await BlogPostRepository(session).save(new_post(organization, post.author_id, "second"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_a_save()

    async with transaction(resources.engine) as session:
        count = text("SELECT count(*) FROM blog_posts WHERE organization_id = :organization_id")
        assert await session.scalar(count, {"organization_id": organization.id}) == 1
