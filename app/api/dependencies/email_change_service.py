"""The service of changing addresses."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.mail_service import MailServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.one_time_token_service import OneTimeTokenServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.user_repository import UserRepository
from app.services.email_change_service import EmailChangeService


async def get_email_change_service(
    session: SessionDep,
    tokens: OneTimeTokenServiceDep,
    mails: MailServiceDep,
    notices: NoticeServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
    resources: ResourcesDep,
) -> EmailChangeService:
    """The service, in the request's unit of work."""
    return EmailChangeService(
        UserRepository(session),
        tokens,
        mails,
        notices,
        limits=limits,
        audit=audit,
        clock=resources.clock,
    )


EmailChangeServiceDep = Annotated[EmailChangeService, Depends(get_email_change_service)]
