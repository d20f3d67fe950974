"""With which role somebody rules an organization, as it is at this moment."""

import pytest

from app.core.database import transaction
from app.core.exceptions import InsufficientRoleError
from app.core.principal import Principal, PrincipalType
from app.core.roles import Role
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.services.member_authority import MemberAuthority, require_reach
from tests.factories.members import make_member


@pytest.fixture
def claim(resources):
    async def claim(organization, user):
        async with transaction(resources.engine) as session:
            authority = MemberAuthority(OrganizationRepository(session), MembershipRepository(session))
            caller = Principal(PrincipalType.SESSION, organization.id, user.id, frozenset())
            return await authority.claim(organization.id, caller)

    return claim


async def test_owners_and_admins_rule_and_nobody_else(world, claim):
    organization = await world.organization()
    members = {role: await make_member(world, organization, role) for role in Role if role is not Role.OWNER}

    assert await claim(organization, members[Role.ADMIN].user) is Role.ADMIN
    for role in (Role.DEVELOPER, Role.VIEWER):
        with pytest.raises(InsufficientRoleError):
            await claim(organization, members[role].user)


async def test_a_role_that_was_taken_away_since_the_request_began_rules_no_more(world, claim):
    organization = await world.organization()
    stranger = await world.user()

    with pytest.raises(InsufficientRoleError):
        await claim(organization, stranger)


def test_nobody_touches_or_gives_what_is_above_their_own_role():
    require_reach(Role.ADMIN, Role.ADMIN, Role.VIEWER)

    with pytest.raises(InsufficientRoleError):
        require_reach(Role.ADMIN, Role.VIEWER, Role.OWNER)
