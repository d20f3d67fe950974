"""Version 1 of the API. Routes are tried in this order, so the busiest stands first."""

from fastapi import APIRouter

from app.api.v1 import verify

router = APIRouter(prefix="/api/v1")
router.include_router(verify.router)
