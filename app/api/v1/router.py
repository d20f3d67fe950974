"""Version 1 of the API. The gate's own routes stand in `app/api/router.py`."""

from fastapi import APIRouter

from app.api.v1 import (
    api_keys,
    auth,
    blog_posts,
    credits,
    organization_blog_posts,
    organizations,
    plans,
    users,
)

router = APIRouter(prefix="/api/v1")
router.include_router(api_keys.router)
router.include_router(credits.router)
router.include_router(organizations.router)
router.include_router(plans.router)
router.include_router(auth.router)
router.include_router(users.router)
router.include_router(blog_posts.router)
router.include_router(organization_blog_posts.router)
