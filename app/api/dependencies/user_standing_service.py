"""The service of what operators do to people."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.user_standing_service import UserStandingService


async def get_user_standing_service(
    session: SessionDep, audit: AuditServiceDep, notices: NoticeServiceDep, resources: ResourcesDep
) -> UserStandingService:
    """The service, in the request's unit of work."""
    return UserStandingService(
        UserRepository(session),
        SessionRepository(session),
        audit=audit,
        notices=notices,
        clock=resources.clock,
    )


UserStandingServiceDep = Annotated[UserStandingService, Depends(get_user_standing_service)]
