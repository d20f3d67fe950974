"""Blog posts: the published ones are everyone's, all others their organization's alone."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, Select, func, select
from sqlalchemy.orm import defer

from app.models import BlogPost
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.blog_post import BlogPostQuery, BlogPostSort, BlogPostStatus, PublishedBlogPostQuery


class BlogPostRepository(BaseRepository[BlogPost]):
    """Asks the `blog_posts` table."""

    model = BlogPost
    noun = "blog post"

    async def page_published(self, params: PublishedBlogPostQuery) -> EntityPage[BlogPost]:
        """A page of what everyone may read."""
        query = select(BlogPost).where(BlogPost.status == BlogPostStatus.PUBLISHED)
        if params.organization_id is not None:
            query = query.where(BlogPost.organization_id == params.organization_id)
        return await self.page(listed(query, search=params.search, sort=params.sort), params)

    async def page_by_organization(
        self, organization_id: UUID, params: BlogPostQuery
    ) -> EntityPage[BlogPost]:
        """A page of an organization's posts, drafts included."""
        query = select(BlogPost).where(BlogPost.organization_id == organization_id)
        if params.status is not None:
            query = query.where(BlogPost.status == params.status)
        return await self.page(listed(query, search=params.search, sort=params.sort), params)

    async def get_published_by_slug(self, slug: str, organization_id: UUID) -> BlogPost:
        """The published post at this address.

        Raises:
            NotFoundError: there is none, or it is a draft.
        """
        query = select(BlogPost).where(
            BlogPost.organization_id == organization_id,
            BlogPost.slug == slug,
            BlogPost.status == BlogPostStatus.PUBLISHED,
        )
        return self._required(await self._session.scalar(query))

    async def get_by_organization(self, post_id: UUID, organization_id: UUID) -> BlogPost:
        """The organization's post, draft or not.

        Raises:
            NotFoundError: there is none, or it is another organization's.
        """
        return self._required(await self._session.scalar(owned(post_id, organization_id)))

    async def lock_by_organization(self, post_id: UUID, organization_id: UUID) -> BlogPost:
        """The organization's post, which nobody else changes until the commit.

        Raises:
            NotFoundError: there is none, or it is another organization's.
        """
        query = owned(post_id, organization_id).with_for_update()
        return self._required(await self._session.scalar(query))

    async def lock_slugs(self, stem: str, organization_id: UUID) -> AbstractSet[str]:
        """The organization's slugs that begin with `stem`; until the commit, its other writers wait here."""
        # No row stands yet that could be locked. Not by stem: "Hello" twice and "Hello 2" want the same slug.
        name = f"blog_posts.slug:{organization_id}"
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
        query = select(BlogPost.slug).where(
            BlogPost.organization_id == organization_id, BlogPost.slug.startswith(stem, autoescape=True)
        )
        return set(await self._session.scalars(query))


def owned(post_id: UUID, organization_id: UUID) -> Select[BlogPost]:
    """The post with this id, if it is this organization's."""
    return select(BlogPost).where(BlogPost.id == post_id, BlogPost.organization_id == organization_id)


def listed(query: Select[BlogPost], *, search: str | None, sort: BlogPostSort) -> Select[BlogPost]:
    """The posts of `query` that match, in order, without the bodies that no list shows."""
    if search is not None:
        query = query.where(BlogPost.title.icontains(search, autoescape=True))
    return query.order_by(*ordering(sort)).options(defer(BlogPost.body, raiseload=True))


def ordering(sort: BlogPostSort) -> tuple[ColumnExpressionArgument[object], ...]:
    """The columns behind a sort key; the id settles ties, so no post is on two pages."""
    match sort:
        case BlogPostSort.NEWEST:
            return BlogPost.created_at.desc(), BlogPost.id.desc()
        case BlogPostSort.OLDEST:
            return BlogPost.created_at, BlogPost.id
        case BlogPostSort.LAST_PUBLISHED:
            return BlogPost.published_at.desc(), BlogPost.id.desc()
        case BlogPostSort.FIRST_PUBLISHED:
            return BlogPost.published_at, BlogPost.id
        case BlogPostSort.TITLE:
            return BlogPost.title, BlogPost.id
