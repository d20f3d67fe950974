"""Sessions through time: sliding and absolute ends, and tokens that end before they are used (SEC-23)."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from app.core.client import Client
from app.core.database import transaction
from app.core.settings import SessionSettings
from app.models import Organization
from app.repositories.membership_repository import MembershipRepository
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.schemas.page import PageParams
from app.services.session_service import SessionService

IDLE = timedelta(days=14)
ABSOLUTE = timedelta(days=90)
TICK = timedelta(microseconds=1)
CLIENT = Client("192.0.2.7", "test")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_service(resources, clock):
    """A service in a transaction of its own, as each request has one."""

    @asynccontextmanager
    async def open_one():
        async with transaction(resources.engine) as session:
            yield SessionService(
                SessionRepository(session),
                RefreshTokenRepository(session),
                MembershipRepository(session),
                access_tokens=resources.access_tokens,
                settings=SessionSettings(),
                clock=clock,
            )

    return open_one


@pytest.fixture
async def user(world):
    user = await world.user()
    await world.organization(owner=user)
    return user


@pytest.fixture
async def opened(open_service, user):
    async with open_service() as sessions:
        return await sessions.open(user.id, CLIENT)


async def refresh(open_service, tokens):
    async with open_service() as sessions:
        return await sessions.refresh(tokens.refresh_token)


async def test_a_refresh_token_is_good_until_its_idle_end_and_not_at_it(open_service, clock, opened):
    start = clock.now

    clock.now = start + IDLE
    late = await refresh(open_service, opened)
    clock.now = start + IDLE - TICK
    in_time = await refresh(open_service, opened)

    assert late is None
    assert in_time is not None


async def test_each_refresh_moves_the_idle_end_and_never_past_the_absolute_one(open_service, clock, opened):
    start, tokens = clock.now, opened

    for day in range(13, 90, 13):
        clock.now = start + timedelta(days=day)
        tokens = await refresh(open_service, tokens)
        assert tokens.refresh_expires_at == min(clock.now + IDLE, start + ABSOLUTE)
    clock.now = start + ABSOLUTE

    assert await refresh(open_service, tokens) is None


async def test_an_expired_token_that_was_never_used_ends_no_session(open_service, clock, opened, user):
    clock.now += IDLE
    await refresh(open_service, opened)

    async with open_service() as sessions:
        page = await sessions.list_own(user.id, PageParams(), current_id=opened.session_id)

    assert [item.id for item in page.items] == [opened.session_id]


async def test_a_session_past_its_end_is_listed_no_more(open_service, clock, opened, user):
    clock.now += ABSOLUTE

    async with open_service() as sessions:
        page = await sessions.list_own(user.id, PageParams(), current_id=opened.session_id)

    assert page.total == 0


async def test_a_refresh_is_noted_as_use_of_the_session(open_service, clock, opened, user):
    clock.now += timedelta(days=1)
    await refresh(open_service, opened)

    async with open_service() as sessions:
        (item,) = (await sessions.list_own(user.id, PageParams(), current_id=opened.session_id)).items

    assert item.last_used_at == clock.now


async def test_the_access_token_is_good_for_ten_minutes(resources, clock, opened):
    clock.now = clock.now.replace(microsecond=0)

    verify = resources.access_tokens.verify

    assert verify(opened.access_token, clock.now + timedelta(seconds=599)) is not None
    assert verify(opened.access_token, clock.now + timedelta(seconds=601)) is None


async def test_a_user_without_a_place_to_be_opens_no_session(open_service, world):
    async with open_service() as sessions:
        assert await sessions.open((await world.user()).id, CLIENT) is None


async def test_a_suspended_organization_is_passed_over_for_the_next_one(open_service, world, resources):
    newcomer = await world.user()
    first = await world.organization(owner=newcomer)
    second = await world.organization(owner=newcomer)
    async with transaction(resources.engine) as session:
        (await session.get_one(Organization, first.id)).suspend()

    async with open_service() as sessions:
        tokens = await sessions.open(newcomer.id, CLIENT)
    async with transaction(resources.engine) as session:
        found = await SessionRepository(session).get(tokens.session_id)

    assert found.organization_id == second.id
