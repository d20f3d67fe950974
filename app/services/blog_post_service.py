"""Blog posts: written within an organization, published for everyone."""

from itertools import count
from uuid import UUID

from app.core.clock import Clock
from app.core.exceptions import NotFoundError
from app.core.preconditions import UNCONDITIONAL, Precondition
from app.core.principal import Principal
from app.models import BlogPost
from app.repositories.base_repository import EntityPage
from app.repositories.blog_post_repository import BlogPostRepository
from app.schemas.blog_post import BlogPostCreate, BlogPostQuery, BlogPostUpdate, PublishedBlogPostQuery
from app.utils.string import slugify

STEM_LENGTH_MAX = 200
"""Leaves room in the column for a number."""
STEM_WITHOUT_WORDS = "post"


class BlogPostService:
    """Drafts, changes, publishes and shows blog posts."""

    def __init__(self, posts: BlogPostRepository, clock: Clock) -> None:
        self._posts = posts
        self._clock = clock

    async def list_published(self, query: PublishedBlogPostQuery) -> EntityPage[BlogPost]:
        """What everyone may read."""
        return await self._posts.page_published(query)

    async def get_published(self, slug: str, organization_id: UUID) -> BlogPost:
        """What everyone may read at this address.

        Raises:
            NotFoundError: nothing is published there.
        """
        return await self._posts.get_published_by_slug(slug, organization_id)

    async def list_by_organization(
        self, organization_id: UUID, query: BlogPostQuery, *, caller: Principal
    ) -> EntityPage[BlogPost]:
        """An organization's posts, drafts included, for its members.

        Raises:
            NotFoundError: it is not the caller's organization.
        """
        if organization_id != caller.organization_id:
            raise NotFoundError("organization")
        return await self._posts.page_by_organization(organization_id, query)

    async def get(self, post_id: UUID, *, caller: Principal) -> BlogPost:
        """One of the caller's organization's posts, draft or not.

        Raises:
            NotFoundError: there is none, or it is another organization's.
        """
        return await self._posts.get_by_organization(post_id, caller.organization_id)

    async def create(self, draft: BlogPostCreate, *, caller: Principal) -> BlogPost:
        """Keep a new draft, under a slug that no other post of the organization has."""
        slug = await self._free_slug(draft.title, caller.organization_id)
        post = BlogPost(
            organization_id=caller.organization_id,
            author_id=caller.user_id,
            slug=slug,
            **draft.model_dump(),
        )
        return await self._posts.save(post)

    async def update(
        self,
        post_id: UUID,
        changes: BlogPostUpdate,
        *,
        caller: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> BlogPost:
        """Change what a post says; its slug stays.

        Raises:
            NotFoundError: there is none, or it is another organization's.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        post = await self._claim(post_id, caller, precondition)
        post.change(**changes.model_dump())
        return await self._posts.save(post)

    async def delete(
        self, post_id: UUID, *, caller: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> None:
        """Remove a post; what its publication cost stays paid.

        Raises:
            NotFoundError: there is none, or it is another organization's.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        post = await self._claim(post_id, caller, precondition)
        await self._posts.delete(post)

    async def publish(
        self, post_id: UUID, *, caller: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> BlogPost:
        """Show a post to everyone; doing so again changes nothing.

        Raises:
            NotFoundError: there is none, or it is another organization's.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        post = await self._claim(post_id, caller, precondition)
        post.publish(self._clock())
        return await self._posts.save(post)

    async def unpublish(
        self, post_id: UUID, *, caller: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> BlogPost:
        """Make a post a draft again; doing so again changes nothing.

        Raises:
            NotFoundError: there is none, or it is another organization's.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        post = await self._claim(post_id, caller, precondition)
        post.unpublish()
        return await self._posts.save(post)

    async def _claim(self, post_id: UUID, caller: Principal, precondition: Precondition) -> BlogPost:
        post = await self._posts.lock_by_organization(post_id, caller.organization_id)
        precondition.require(post.version)
        return post

    async def _free_slug(self, title: str, organization_id: UUID) -> str:
        stem = slugify(title, length_max=STEM_LENGTH_MAX) or STEM_WITHOUT_WORDS
        taken = await self._posts.lock_slugs(stem, organization_id)
        if stem not in taken:
            return stem
        return next(slug for number in count(2) if (slug := f"{stem}-{number}") not in taken)
