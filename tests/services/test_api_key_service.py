from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.core.exceptions import InvalidFieldError
from app.core.principal import Principal, PrincipalType
from app.core.scopes import MEMBER_SCOPES
from app.models import ApiKeySecret
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.schemas.api_key import ApiKeyCreate, ApiKeyRotation
from app.services.api_key_service import ApiKeyService, KeyRules
from tests.factories.api_keys import verify
from tests.factories.audit import trail_in
from tests.factories.notices import notices_in

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def hours(number):
    return timedelta(hours=number)


@pytest.fixture
async def organization(world):
    return await world.organization()


@pytest.fixture
async def caller(world, organization):
    owner_id = await world.owner_of(organization.id)
    return Principal(PrincipalType.SESSION, organization.id, owner_id, frozenset(MEMBER_SCOPES))


@pytest.fixture
def at(resources):
    """Runs one act of the service in a transaction of its own, at a frozen time."""

    async def at(now, act):
        async with transaction(resources.engine) as session:
            service = ApiKeyService(
                ApiKeyRepository(session),
                OrganizationRepository(session),
                PlanRepository(session),
                secrets=resources.api_key_secrets,
                rules=KeyRules(100, frozenset()),
                audit=trail_in(session, resources.engine),
                notices=notices_in(session, resources),
                clock=lambda: now,
            )
            return await act(service)

    return at


@pytest.fixture
def rotate(at, caller):
    async def rotate(key_id, now, overlap):
        rotation = ApiKeyRotation(overlap_seconds=int(overlap.total_seconds()))
        return await at(now, lambda service: service.rotate(key_id, rotation, caller=caller))

    return rotate


@pytest.fixture
def retirements(resources):
    """When each string of a key runs out, the oldest first."""

    async def retirements(key_id):
        async with transaction(resources.engine) as session:
            query = (
                select(ApiKeySecret.retired_at)
                .where(ApiKeySecret.api_key_id == key_id)
                .order_by(ApiKeySecret.created_at)
            )
            return list(await session.scalars(query))

    return retirements


async def test_a_rotated_out_string_runs_out_when_the_overlap_ends(world, organization, rotate, retirements):
    key = (await world.api_key(organization)).row

    await rotate(key.id, NOON, hours(24))

    assert await retirements(key.id) == [NOON + hours(24), None]


async def test_older_strings_are_cut_short_but_never_prolonged(world, organization, rotate, retirements):
    key = (await world.api_key(organization)).row
    await rotate(key.id, NOON, hours(48))
    await rotate(key.id, NOON + hours(1), hours(1))

    await rotate(key.id, NOON + hours(2), hours(24))

    assert await retirements(key.id) == [NOON + hours(2), NOON + hours(2), NOON + hours(26), None]


async def test_the_gate_refuses_a_string_whose_overlap_has_ended(client, world, organization, rotate):
    key, service_key = await world.api_key(organization), await world.service_key()
    two_hours_ago = datetime.now(UTC) - hours(2)

    new = await rotate(key.row.id, two_hours_ago, hours(1))

    verdicts = [await verify(client, service_key, string) for string in (key.api_key, new.api_key)]
    assert [verdict["code"] for verdict in verdicts] == ["REVOKED", "VALID"]


@pytest.mark.parametrize("expires_at", [NOON, NOON - timedelta(microseconds=1)])
async def test_a_key_that_has_expired_at_its_creation_is_refused(at, caller, expires_at):
    draft = ApiKeyCreate(name="New", expires_at=expires_at)

    with pytest.raises(InvalidFieldError):
        await at(NOON, lambda service: service.create(draft, caller))


async def test_a_key_that_expires_in_the_next_instant_is_issued(at, caller):
    draft = ApiKeyCreate(name="New", expires_at=NOON + timedelta(microseconds=1))

    new = await at(NOON, lambda service: service.create(draft, caller))

    assert new.key.expires_at == NOON + timedelta(microseconds=1)
