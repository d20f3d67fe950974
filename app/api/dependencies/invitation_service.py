"""The service of sending invitations."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.mail_service import MailServiceDep
from app.api.dependencies.member_authority import MemberAuthorityDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.invitation_repository import InvitationRepository
from app.repositories.organization_repository import OrganizationRepository
from app.services.invitation_service import InvitationService


async def get_invitation_service(
    session: SessionDep,
    authority: MemberAuthorityDep,
    mails: MailServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
    resources: ResourcesDep,
) -> InvitationService:
    """The service, in the request's unit of work."""
    return InvitationService(
        InvitationRepository(session),
        OrganizationRepository(session),
        authority,
        mails=mails,
        limits=limits,
        audit=audit,
        settings=resources.settings.organizations,
        clock=resources.clock,
    )


InvitationServiceDep = Annotated[InvitationService, Depends(get_invitation_service)]
