"""An organization's blog posts: its members list them all, everyone reads a published one by its slug."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.api.access import credential
from app.api.dependencies.blog_post_service import BlogPostServiceDep
from app.api.dependencies.preconditions import NOT_MODIFIED, RevalidationDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.public_read import PUBLIC_READ
from app.api.etag import content_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from app.schemas.blog_post import BlogPostQuery, BlogPostResponse, BlogPostSummary
from app.schemas.page import Page

router = APIRouter(
    prefix="/api/v1/organizations/{organization_id}/blog-posts", tags=["Blog posts"], route_class=StrictRoute
)

Slug = Annotated[str, Path(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=220, examples=["hello-world"])]


@router.get(
    "",
    summary="List your organization's posts",
    response_model=Page[BlogPostSummary],
    responses=NOT_MODIFIED | problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.BLOG_POSTS_READ)],
)
async def list_organization_blog_posts(
    organization_id: UUID,
    query: Annotated[BlogPostQuery, Query()],
    caller: PrincipalDep,
    posts: BlogPostServiceDep,
    revalidation: RevalidationDep,
) -> Page[BlogPostSummary] | Response:
    """List all posts of your organization, drafts included."""
    found = await posts.list_by_organization(organization_id, query, caller=caller)
    page = Page[BlogPostSummary].model_validate(found)
    return revalidation.answer(page, content_tag(page))


@router.get(
    "/{slug}",
    summary="Read a published post",
    response_model=BlogPostResponse,
    responses=NOT_MODIFIED | problem_responses(404, 429),
    dependencies=PUBLIC_READ,
)
async def read_published_blog_post(
    organization_id: UUID, slug: Slug, posts: BlogPostServiceDep, revalidation: RevalidationDep
) -> BlogPostResponse | Response:
    """Read what an organization has published under this slug. Nobody needs to sign in."""
    post = BlogPostResponse.model_validate(await posts.get_published(slug, organization_id))
    # By content: a new post may take over the slug of a deleted one, and count its versions from 1.
    return revalidation.answer(post, content_tag(post))
