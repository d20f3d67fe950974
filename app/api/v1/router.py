"""Version 1 of the API. Routes are tried in this order, so the busiest stands first."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1")
