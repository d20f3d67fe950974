"""Blog posts: everyone reads the published ones, members of the organization write them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.api.access import NOTHING, credential
from app.api.dependencies.blog_post_service import BlogPostServiceDep
from app.api.dependencies.guards import Charge
from app.api.dependencies.preconditions import NOT_MODIFIED, IfMatchDep, RevalidationDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.public_read import PUBLIC_READ
from app.api.etag import content_tag, version_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from app.schemas.blog_post import (
    BlogPostCreate,
    BlogPostResponse,
    BlogPostSummary,
    BlogPostUpdate,
    PublishedBlogPostQuery,
)
from app.schemas.page import Page

PUBLICATION_COST_CREDITS = 5

router = APIRouter(prefix="/api/v1/blog-posts", tags=["Blog posts"], route_class=StrictRoute)

reads = credential(Scope.BLOG_POSTS_READ)
writes = credential(Scope.BLOG_POSTS_WRITE, audit=NOTHING)
publishes = credential(
    Scope.BLOG_POSTS_WRITE,
    charge=Charge(PUBLICATION_COST_CREDITS, reason="blog_post.publication", once_per="post_id"),
    audit=NOTHING,
)


@router.get(
    "",
    summary="List published posts",
    response_model=Page[BlogPostSummary],
    responses=NOT_MODIFIED | problem_responses(429),
    dependencies=PUBLIC_READ,
)
async def list_published_blog_posts(
    query: Annotated[PublishedBlogPostQuery, Query()],
    posts: BlogPostServiceDep,
    revalidation: RevalidationDep,
) -> Page[BlogPostSummary] | Response:
    """List what every organization has published. Nobody needs to sign in."""
    page = Page[BlogPostSummary].model_validate(await posts.list_published(query))
    return revalidation.answer(page, content_tag(page))


@router.post(
    "",
    summary="Write a post",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 429),
    dependencies=[writes],
)
async def create_blog_post(
    draft: BlogPostCreate,
    caller: PrincipalDep,
    posts: BlogPostServiceDep,
    request: Request,
    response: Response,
) -> BlogPostResponse:
    """Write a draft. Its slug is made from the title, numbered if the organization has that slug already."""
    post = await posts.create(draft, caller=caller)
    response.headers["Location"] = request.app.url_path_for("read_blog_post", post_id=post.id)
    response.headers["ETag"] = version_tag(post.version)
    return BlogPostResponse.model_validate(post)


@router.get(
    "/{post_id}",
    summary="Read a post of your organization",
    response_model=BlogPostResponse,
    responses=NOT_MODIFIED | problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def read_blog_post(
    post_id: UUID, caller: PrincipalDep, posts: BlogPostServiceDep, revalidation: RevalidationDep
) -> BlogPostResponse | Response:
    """Read a post as its writers do, draft or not. Everyone else reads published posts by their slug."""
    post = await posts.get(post_id, caller=caller)
    return revalidation.answer(BlogPostResponse.model_validate(post), version_tag(post.version))


@router.patch(
    "/{post_id}",
    summary="Change a post",
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[writes],
)
async def update_blog_post(
    post_id: UUID,
    changes: BlogPostUpdate,
    caller: PrincipalDep,
    posts: BlogPostServiceDep,
    precondition: IfMatchDep,
    response: Response,
) -> BlogPostResponse:
    """Change the title or the body. Members left out stay as they are, and so does the slug."""
    post = await posts.update(post_id, changes, caller=caller, precondition=precondition)
    response.headers["ETag"] = version_tag(post.version)
    return BlogPostResponse.model_validate(post)


@router.delete(
    "/{post_id}",
    summary="Delete a post",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[writes],
)
async def delete_blog_post(
    post_id: UUID, caller: PrincipalDep, posts: BlogPostServiceDep, precondition: IfMatchDep
) -> None:
    """Delete a post, published or not. The credits its publication cost stay spent."""
    await posts.delete(post_id, caller=caller, precondition=precondition)


@router.put(
    "/{post_id}/publication",
    summary="Publish a post",
    responses=problem_responses(401, 402, 403, 404, 412, 429),
    dependencies=[publishes],
)
async def publish_blog_post(
    post_id: UUID,
    caller: PrincipalDep,
    posts: BlogPostServiceDep,
    precondition: IfMatchDep,
    response: Response,
) -> BlogPostResponse:
    """Show a post to everyone, for 5 credits. A post pays once, however often it is published."""
    post = await posts.publish(post_id, caller=caller, precondition=precondition)
    response.headers["ETag"] = version_tag(post.version)
    return BlogPostResponse.model_validate(post)


@router.delete(
    "/{post_id}/publication",
    summary="Unpublish a post",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[writes],
)
async def unpublish_blog_post(
    post_id: UUID, caller: PrincipalDep, posts: BlogPostServiceDep, precondition: IfMatchDep
) -> None:
    """Make a post a draft again. It keeps its slug and the date of its first publication."""
    await posts.unpublish(post_id, caller=caller, precondition=precondition)
