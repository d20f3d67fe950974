"""The service of what follows when factors change."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.factor_repository import FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.repositories.recovery_code_repository import RecoveryCodeRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.factor_change_service import FactorChangeService


async def get_factor_change_service(
    session: SessionDep, audit: AuditServiceDep, notices: NoticeServiceDep
) -> FactorChangeService:
    """The service, in the request's unit of work."""
    return FactorChangeService(
        UserRepository(session),
        FactorRepository(session),
        RecoveryCodeRepository(session),
        SessionRepository(session),
        PendingSignInRepository(session),
        audit=audit,
        notices=notices,
    )


FactorChangeServiceDep = Annotated[FactorChangeService, Depends(get_factor_change_service)]
