"""The service of the end of accounts."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.credential_service import CredentialServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.invitation_repository import InvitationRepository
from app.repositories.membership_repository import MembershipRepository
from app.repositories.one_time_token_repository import OneTimeTokenRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.user_repository import UserRepository
from app.services.account_service import AccountService


async def get_account_service(
    session: SessionDep,
    credentials: CredentialServiceDep,
    notices: NoticeServiceDep,
    audit: AuditServiceDep,
) -> AccountService:
    """The service, in the request's unit of work."""
    return AccountService(
        UserRepository(session),
        MembershipRepository(session),
        OrganizationRepository(session),
        OneTimeTokenRepository(session),
        InvitationRepository(session),
        credentials=credentials,
        notices=notices,
        audit=audit,
    )


AccountServiceDep = Annotated[AccountService, Depends(get_account_service)]
