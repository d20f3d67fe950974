"""What ends with a place in an organization, and whose place cannot end."""

import pytest

from app.core.database import transaction
from app.core.exceptions import LastOwnerError
from app.core.roles import Role
from app.repositories.membership_repository import MembershipRepository
from tests.factories.departures import departures_in


@pytest.fixture
def act(resources):
    """Does something to a membership, in a transaction of its own."""

    async def act(organization, user, change):
        async with transaction(resources.engine) as session:
            member = await MembershipRepository(session).get_of(organization.id, user.id)
            return await change(await departures_in(session, resources), member)

    return act


async def test_who_leaves_the_last_of_their_organizations_gets_one_of_their_own(act, resources, world):
    organization, user = await world.organization(), await world.user()
    await world.member(organization, user, role="developer")

    await act(organization, user, lambda departures, member: departures.depart(member))

    async with transaction(resources.engine) as session:
        home = await MembershipRepository(session).find_home(user.id)
    assert home not in {None, organization.id}


async def test_the_keys_that_a_member_made_end_with_the_place(act, world):
    organization, user = await world.organization(), await world.user()
    await world.member(organization, user, role="developer")
    await world.api_key(organization, created_by=user.id)
    await world.api_key(organization)

    revoked = await act(organization, user, lambda departures, member: departures.depart(member))

    assert revoked == 1


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.OWNER])
async def test_the_last_owner_becomes_nothing_less(act, world, role):
    owner = await world.user()
    organization = await world.organization(owner=owner)

    with pytest.raises(LastOwnerError):
        await act(organization, owner, lambda departures, member: departures.change_role(member, role))


async def test_the_last_owner_cannot_go(act, world):
    owner = await world.user()
    organization = await world.organization(owner=owner)

    with pytest.raises(LastOwnerError):
        await act(organization, owner, lambda departures, member: departures.depart(member))
