"""The service of a person's own organizations."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.departure_service import DepartureServiceDep
from app.api.dependencies.organization_service import OrganizationServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.user_repository import UserRepository
from app.services.membership_service import MembershipService


async def get_membership_service(
    session: SessionDep,
    founding: OrganizationServiceDep,
    departures: DepartureServiceDep,
    audit: AuditServiceDep,
    resources: ResourcesDep,
) -> MembershipService:
    """The service, in the request's unit of work."""
    return MembershipService(
        MembershipRepository(session),
        OrganizationRepository(session),
        UserRepository(session),
        founding,
        departures,
        audit,
        owned_max=resources.settings.organizations.owned_per_user_max,
    )


MembershipServiceDep = Annotated[MembershipService, Depends(get_membership_service)]
