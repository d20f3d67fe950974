"""The service of lost passwords."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.credential_service import CredentialServiceDep
from app.api.dependencies.mail_service import MailServiceDep
from app.api.dependencies.new_password_service import NewPasswordServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.one_time_token_service import OneTimeTokenServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.user_repository import UserRepository
from app.services.password_reset_service import PasswordResetService


async def get_password_reset_service(
    session: SessionDep,
    tokens: OneTimeTokenServiceDep,
    passwords: NewPasswordServiceDep,
    credentials: CredentialServiceDep,
    mails: MailServiceDep,
    notices: NoticeServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
) -> PasswordResetService:
    """The service, in the request's unit of work."""
    return PasswordResetService(
        UserRepository(session),
        tokens,
        passwords,
        credentials,
        mails=mails,
        notices=notices,
        limits=limits,
        audit=audit,
    )


PasswordResetServiceDep = Annotated[PasswordResetService, Depends(get_password_reset_service)]
