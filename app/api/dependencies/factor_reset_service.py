"""The service of lost factors."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.factor_repository import FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.factor_reset_service import FactorResetService


async def get_factor_reset_service(
    session: SessionDep, audit: AuditServiceDep, notices: NoticeServiceDep, resources: ResourcesDep
) -> FactorResetService:
    """The service, in the request's unit of work."""
    return FactorResetService(
        UserRepository(session),
        FactorRepository(session),
        PendingSignInRepository(session),
        SessionRepository(session),
        audit=audit,
        notices=notices,
        clock=resources.clock,
    )


FactorResetServiceDep = Annotated[FactorResetService, Depends(get_factor_reset_service)]
