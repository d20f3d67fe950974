"""The service of an organization's members."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.departure_service import DepartureServiceDep
from app.api.dependencies.member_authority import MemberAuthorityDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.services.member_service import MemberService


async def get_member_service(
    session: SessionDep,
    authority: MemberAuthorityDep,
    departures: DepartureServiceDep,
    audit: AuditServiceDep,
    notices: NoticeServiceDep,
) -> MemberService:
    """The service, in the request's unit of work."""
    organizations, members = OrganizationRepository(session), MembershipRepository(session)
    return MemberService(organizations, members, authority, departures, audit, notices)


MemberServiceDep = Annotated[MemberService, Depends(get_member_service)]
