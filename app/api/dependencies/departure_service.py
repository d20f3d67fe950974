"""The service of what ends with a membership."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.organization_service import OrganizationServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.invitation_repository import InvitationRepository
from app.repositories.membership_repository import MembershipRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.departure_service import DepartureService


async def get_departure_service(
    session: SessionDep,
    organizations: OrganizationServiceDep,
    notices: NoticeServiceDep,
    resources: ResourcesDep,
) -> DepartureService:
    """The service, in the request's unit of work."""
    return DepartureService(
        MembershipRepository(session),
        InvitationRepository(session),
        ApiKeyRepository(session),
        SessionRepository(session),
        UserRepository(session),
        organizations,
        notices=notices,
        clock=resources.clock,
    )


DepartureServiceDep = Annotated[DepartureService, Depends(get_departure_service)]
