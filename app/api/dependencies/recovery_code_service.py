"""The service of recovery codes."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.factor_change_service import FactorChangeServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.recovery_code_repository import RecoveryCodeRepository
from app.services.recovery_code_service import RecoveryCodeService


async def get_recovery_code_service(
    session: SessionDep, changes: FactorChangeServiceDep, notices: NoticeServiceDep, resources: ResourcesDep
) -> RecoveryCodeService:
    """The service, in the request's unit of work."""
    return RecoveryCodeService(
        RecoveryCodeRepository(session), changes, notices=notices, clock=resources.clock
    )


RecoveryCodeServiceDep = Annotated[RecoveryCodeService, Depends(get_recovery_code_service)]
