"""A person's own places: how many they may own, and which they can leave."""

import asyncio

import pytest

from app.core.database import transaction
from app.core.exceptions import ConflictError, NotFoundError
from app.core.identifiers import new_id
from app.core.principal import Principal, PrincipalType
from tests.factories.departures import memberships_in


@pytest.fixture
async def user(world):
    return await world.user()


@pytest.fixture
def caller(user):
    return Principal(PrincipalType.SESSION, new_id(), user.id, frozenset())


async def test_two_at_once_do_not_both_get_the_last_place(resources, caller):
    async def found():
        async with transaction(resources.engine) as session:
            memberships = await memberships_in(session, resources, owned_max=1)
            return (await memberships.found("Acme", caller)).id

    outcomes = await asyncio.gather(found(), found(), return_exceptions=True)

    assert sorted(isinstance(each, ConflictError) for each in outcomes) == [False, True]


async def test_nobody_holds_up_an_organization_that_is_not_theirs(resources, world, caller):
    organization = await world.organization()

    async with transaction(resources.engine) as session:
        memberships = await memberships_in(session, resources, owned_max=1)
        with pytest.raises(NotFoundError):
            await memberships.leave(organization.id, caller)
