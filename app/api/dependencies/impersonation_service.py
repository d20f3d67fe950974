"""The service of impersonation."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.membership_repository import MembershipRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.impersonation_service import ImpersonationService


async def get_impersonation_service(
    session: SessionDep, audit: AuditServiceDep, notices: NoticeServiceDep, resources: ResourcesDep
) -> ImpersonationService:
    """The service, in the request's unit of work."""
    return ImpersonationService(
        UserRepository(session),
        SessionRepository(session),
        MembershipRepository(session),
        access_tokens=resources.access_tokens,
        audit=audit,
        notices=notices,
        clock=resources.clock,
    )


ImpersonationServiceDep = Annotated[ImpersonationService, Depends(get_impersonation_service)]
