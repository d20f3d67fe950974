"""The service of answering invitations."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.invitation_repository import InvitationRepository
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.user_repository import UserRepository
from app.services.invitation_answer_service import InvitationAnswerService


async def get_invitation_answer_service(
    session: SessionDep, limits: AuthLimitsDep, audit: AuditServiceDep, resources: ResourcesDep
) -> InvitationAnswerService:
    """The service, in the request's unit of work."""
    return InvitationAnswerService(
        InvitationRepository(session),
        OrganizationRepository(session),
        MembershipRepository(session),
        UserRepository(session),
        limits=limits,
        audit=audit,
        clock=resources.clock,
    )


InvitationAnswerServiceDep = Annotated[InvitationAnswerService, Depends(get_invitation_answer_service)]
