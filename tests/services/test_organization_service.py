import asyncio

import pytest

from app.core.database import transaction
from app.core.exceptions import ConflictError, InvalidFieldError
from app.core.identifiers import new_id
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.services.organization_service import OrganizationService
from tests.factories.audit import trail_in


@pytest.fixture
def found(resources):
    """Founds an organization in a transaction of its own."""

    async def found(*, plan_name, owner_id):
        async with transaction(resources.engine) as session:
            service = OrganizationService(
                OrganizationRepository(session), PlanRepository(session), trail_in(session, resources.engine)
            )
            return await service.create("Acme", plan_name=plan_name, owner_id=owner_id)

    return found


async def test_a_new_organization_has_its_owner_and_an_empty_account(client, world, found):
    owner = await world.user()

    organization = await found(plan_name="free", owner_id=owner.id)

    caller = await world.session_caller(owner, organization)
    answer = await client.get("/api/v1/credits", headers=caller.headers)
    assert answer.json() == {"organization_id": str(organization.id), "available": 0, "held": 0}
    assert await world.owner_of(organization.id) == owner.id


async def test_an_organization_without_owner_or_plan_is_never_founded(world, found):
    owner = await world.user()

    with pytest.raises(ConflictError):
        await found(plan_name="free", owner_id=new_id())
    with pytest.raises(InvalidFieldError):
        await found(plan_name="none", owner_id=owner.id)


async def test_who_locks_an_organization_keeps_out_others_who_would_but_nobody_else(resources, world):
    organization = await world.organization()

    async def lock():
        async with transaction(resources.engine) as session:
            await OrganizationRepository(session).lock(organization.id)

    async with transaction(resources.engine) as session:
        await OrganizationRepository(session).lock(organization.id)
        waiting = asyncio.create_task(lock())
        await world.api_key(organization)
        await asyncio.sleep(0.1)
        waited = not waiting.done()

    await asyncio.wait_for(waiting, timeout=3)
    assert waited
