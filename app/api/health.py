"""Probes for orchestrators and load balancers: unlimited, without credentials, and telling no internals."""

from fastapi import APIRouter

from app.api.access import public
from app.api.dependencies.readiness_service import ReadinessServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.schemas.health import Health

router = APIRouter(prefix="/health", tags=["Health"], route_class=StrictRoute)


@router.get("/live", summary="Is the process alive?", dependencies=[public()])
async def live() -> Health:
    """Answers 200 as long as the process can answer at all; it asks nothing else."""
    return Health(status="ok")


@router.get(
    "/ready", summary="Can requests be served?", responses=problem_responses(503), dependencies=[public()]
)
async def ready(readiness: ReadinessServiceDep) -> Health:
    """Answers 200 when the database is there and migrated to what this version needs, otherwise 503."""
    await readiness.require()
    return Health(status="ok")
