"""Who rules an organization."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.session import SessionDep
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.services.member_authority import MemberAuthority


async def get_member_authority(session: SessionDep) -> MemberAuthority:
    """The authority, in the request's unit of work."""
    return MemberAuthority(OrganizationRepository(session), MembershipRepository(session))


MemberAuthorityDep = Annotated[MemberAuthority, Depends(get_member_authority)]
