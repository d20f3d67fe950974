"""The service of organizations."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.services.organization_service import OrganizationService


async def get_organization_service(session: SessionDep, audit: AuditServiceDep) -> OrganizationService:
    """The service, in the request's unit of work."""
    return OrganizationService(OrganizationRepository(session), PlanRepository(session), audit)


OrganizationServiceDep = Annotated[OrganizationService, Depends(get_organization_service)]
