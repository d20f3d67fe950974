"""Sessions through time: idle and absolute ends, and never too many (SEC-23, SEC-26)."""

import asyncio
from datetime import timedelta

import pytest

from app.core.database import transaction
from app.core.settings import SessionSettings
from app.models import Organization
from app.repositories.session_repository import SessionRepository
from app.schemas.page import PageParams
from tests.factories.sessions import CLIENT, SessionStage

IDLE = timedelta(days=14)
ABSOLUTE = timedelta(days=90)
TICK = timedelta(microseconds=1)


@pytest.fixture
def stage(resources):
    return SessionStage(resources)


@pytest.fixture
def clock(stage):
    return stage.clock


@pytest.fixture
def open_service(stage):
    return stage.open_sessions


@pytest.fixture
async def user(world):
    user = await world.user()
    await world.organization(owner=user)
    return user


@pytest.fixture
async def opened(open_service, user):
    async with open_service() as sessions:
        return await sessions.open(user.id, CLIENT)


async def test_a_refresh_token_is_good_until_its_idle_end_and_not_at_it(stage, clock, opened):
    start = clock.now

    clock.now = start + IDLE
    late = await stage.refresh(opened.refresh_token)
    clock.now = start + IDLE - TICK
    in_time = await stage.refresh(opened.refresh_token)

    assert late is None
    assert in_time is not None


async def test_each_refresh_moves_the_idle_end_and_never_past_the_absolute_one(stage, clock, opened):
    start, tokens = clock.now, opened

    for day in range(13, 90, 13):
        clock.now = start + timedelta(days=day)
        tokens = await stage.refresh(tokens.refresh_token)
        assert tokens.refresh_expires_at == min(clock.now + IDLE, start + ABSOLUTE)
    clock.now = start + ABSOLUTE

    assert await stage.refresh(tokens.refresh_token) is None


async def test_an_expired_token_that_was_never_used_ends_no_session(stage, clock, opened):
    clock.now += IDLE

    await stage.refresh(opened.refresh_token)

    assert await stage.is_alive(opened.session_id)


async def test_a_session_past_its_idle_end_is_listed_no_more(open_service, clock, opened, user):
    clock.now += IDLE

    async with open_service() as sessions:
        page = await sessions.list_own(user.id, PageParams(), current_id=opened.session_id)

    assert page.total == 0


async def test_a_session_past_its_absolute_end_is_listed_no_more(open_service, clock, opened, user):
    clock.now += ABSOLUTE

    async with open_service() as sessions:
        page = await sessions.list_own(user.id, PageParams(), current_id=opened.session_id)

    assert page.total == 0


async def test_a_refresh_is_noted_as_use_of_the_session(stage, open_service, clock, opened, user):
    clock.now += timedelta(days=1)
    await stage.refresh(opened.refresh_token)

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


@pytest.fixture
def narrow_stage(resources):
    """Three sessions for each person."""
    return SessionStage(resources, SessionSettings(per_user_max=3))


async def live_ids(stage, user):
    async with stage.open_sessions() as sessions:
        page = await sessions.list_own(user.id, PageParams(size=100), current_id=user.id)
    return [item.id for item in page.items]


async def test_one_session_too_many_ends_the_oldest(narrow_stage, user):
    """SEC-26."""
    opened = [await narrow_stage.open(user.id) for _ in range(4)]

    assert not await narrow_stage.is_alive(opened[0].session_id)
    assert await live_ids(narrow_stage, user) == [each.session_id for each in reversed(opened[1:])]


async def test_sessions_that_are_over_count_no_more(narrow_stage, user):
    first, second, third = [await narrow_stage.open(user.id) for _ in range(3)]
    async with narrow_stage.open_sessions() as sessions:
        await sessions.end(second.session_id, user_id=user.id)

    await narrow_stage.open(user.id)

    assert await narrow_stage.is_alive(first.session_id)
    assert await narrow_stage.is_alive(third.session_id)


async def test_sign_ins_at_the_same_moment_do_not_pass_the_cap_together(narrow_stage, user):
    """SEC-26."""
    await asyncio.gather(*(narrow_stage.open(user.id) for _ in range(12)))

    assert len(await live_ids(narrow_stage, user)) == 3


async def test_the_cap_of_one_person_ends_nothing_of_another(narrow_stage, user, world):
    other = await world.user()
    await world.organization(owner=other)
    kept = await narrow_stage.open(other.id)

    for _ in range(4):
        await narrow_stage.open(user.id)

    assert await narrow_stage.is_alive(kept.session_id)


async def test_ending_the_others_spares_the_one_and_ending_all_spares_none(stage, user):
    opened = [await stage.open(user.id) for _ in range(3)]

    async with stage.open_sessions() as sessions:
        others = await sessions.end_others(opened[1].session_id, user_id=user.id)
    kept = await live_ids(stage, user)
    async with stage.open_sessions() as sessions:
        rest = await sessions.end_all(user.id)

    assert (others, kept, rest) == (2, [opened[1].session_id], 1)
    assert await live_ids(stage, user) == []
