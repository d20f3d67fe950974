"""The service of registering people."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.organization_service import OrganizationServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.membership_repository import MembershipRepository
from app.repositories.user_repository import UserRepository
from app.services.registration_service import RegistrationService


async def get_registration_service(
    session: SessionDep, organizations: OrganizationServiceDep, resources: ResourcesDep
) -> RegistrationService:
    """The service, in the request's unit of work."""
    return RegistrationService(
        UserRepository(session),
        MembershipRepository(session),
        organizations,
        resources.password_hasher,
        clock=resources.clock,
    )


RegistrationServiceDep = Annotated[RegistrationService, Depends(get_registration_service)]
