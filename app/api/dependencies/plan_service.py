"""The service of plans."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.plan_repository import PlanRepository
from app.services.plan_service import PlanService


async def get_plan_service(session: SessionDep, resources: ResourcesDep) -> PlanService:
    """The service, in the request's unit of work."""
    return PlanService(PlanRepository(session), resources.clock)


PlanServiceDep = Annotated[PlanService, Depends(get_plan_service)]
