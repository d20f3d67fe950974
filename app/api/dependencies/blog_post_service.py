"""The service of blog posts."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.blog_post_repository import BlogPostRepository
from app.services.blog_post_service import BlogPostService


async def get_blog_post_service(session: SessionDep, resources: ResourcesDep) -> BlogPostService:
    """The service, in the request's unit of work."""
    return BlogPostService(BlogPostRepository(session), resources.clock)


BlogPostServiceDep = Annotated[BlogPostService, Depends(get_blog_post_service)]
