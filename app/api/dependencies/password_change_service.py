"""The service of changing passwords."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.credential_service import CredentialServiceDep
from app.api.dependencies.new_password_service import NewPasswordServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.password_proof_service import PasswordProofServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.user_repository import UserRepository
from app.services.password_change_service import PasswordChangeService


async def get_password_change_service(
    session: SessionDep,
    proofs: PasswordProofServiceDep,
    passwords: NewPasswordServiceDep,
    credentials: CredentialServiceDep,
    notices: NoticeServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
) -> PasswordChangeService:
    """The service, in the request's unit of work."""
    return PasswordChangeService(
        UserRepository(session),
        proofs,
        passwords,
        credentials=credentials,
        notices=notices,
        limits=limits,
        audit=audit,
    )


PasswordChangeServiceDep = Annotated[PasswordChangeService, Depends(get_password_change_service)]
