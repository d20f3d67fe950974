"""The service of organizations."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.session import SessionDep
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.services.organization_service import OrganizationService


async def get_organization_service(session: SessionDep) -> OrganizationService:
    """The service, in the request's unit of work."""
    return OrganizationService(OrganizationRepository(session), PlanRepository(session))


OrganizationServiceDep = Annotated[OrganizationService, Depends(get_organization_service)]
