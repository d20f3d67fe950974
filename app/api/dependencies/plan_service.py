"""The service of plans."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.plan_repository import PlanRepository
from app.services.plan_service import PlanService


async def get_plan_service(
    session: SessionDep, audit: AuditServiceDep, resources: ResourcesDep
) -> PlanService:
    """The service, in the request's unit of work."""
    return PlanService(PlanRepository(session), audit, resources.clock)


PlanServiceDep = Annotated[PlanService, Depends(get_plan_service)]
