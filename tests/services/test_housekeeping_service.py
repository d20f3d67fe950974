"""Housekeeping: what nobody can use any more is forgotten, and nothing else."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.models import (
    IdempotencyKey,
    Invitation,
    OauthAttempt,
    PasskeyChallenge,
    PendingSignIn,
    RateLimitState,
    RefreshToken,
    Session,
)
from app.repositories.housekeeping_repository import housekeeping_opener
from app.services.housekeeping_service import HousekeepingService
from tests.factories.sessions import SessionStage

IDLE = timedelta(days=14)
KEPT = timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture
def stage(resources):
    """A stage in the past: what the other tests have done is not yet old."""
    stage = SessionStage(resources)
    stage.clock.now -= timedelta(days=200)
    return stage


@pytest.fixture
def tidy_up(resources, stage):
    async def tidy_up(**options):
        service = HousekeepingService(
            housekeeping_opener(resources.engine), settings=stage.settings, clock=stage.clock, **options
        )
        await service.forget_old()

    return tidy_up


@pytest.fixture
async def user(world):
    user = await world.user()
    await world.organization(owner=user)
    return user


async def kept(resources, user):
    """The user's sessions, and how many refresh tokens each of them has."""
    async with transaction(resources.engine) as session:
        sessions = await session.scalars(select(Session.id).where(Session.user_id == user.id))
        counts: dict[UUID, int] = dict.fromkeys(sessions, 0)
        for session_id in await session.scalars(
            select(RefreshToken.session_id).join(Session).where(Session.user_id == user.id)
        ):
            counts[session_id] += 1
    return counts


async def test_a_session_that_was_ended_is_forgotten_a_month_later(resources, stage, tidy_up, user):
    opened = await stage.open(user.id)
    async with stage.open_sessions() as sessions:
        await sessions.end_all(user.id)

    stage.clock.now += KEPT
    await tidy_up()
    in_time = await kept(resources, user)
    stage.clock.now += DAY
    await tidy_up()

    assert list(in_time) == [opened.session_id]
    assert await kept(resources, user) == {}


async def test_a_session_that_went_idle_is_forgotten_a_month_after_that(resources, stage, tidy_up, user):
    opened = await stage.open(user.id)

    stage.clock.now += IDLE + KEPT
    await tidy_up()
    in_time = await kept(resources, user)
    stage.clock.now += DAY
    await tidy_up()

    assert list(in_time) == [opened.session_id]
    assert await kept(resources, user) == {}


async def test_a_session_in_use_keeps_its_used_tokens_until_they_would_have_ended(
    resources, stage, tidy_up, user
):
    """SEC-22: so long their reuse is noticed."""
    tokens = await stage.open(user.id)
    for _ in range(3):
        stage.clock.now += DAY
        tokens = await stage.refresh(tokens.refresh_token)

    stage.clock.now += IDLE - 2 * DAY
    tokens = await stage.refresh(tokens.refresh_token)
    await tidy_up()

    assert await kept(resources, user) == {tokens.session_id: 4}  # of five: the first would have ended
    assert await stage.refresh(tokens.refresh_token) is not None


async def test_what_is_more_than_a_portion_is_forgotten_too(resources, stage, tidy_up, user):
    for _ in range(5):
        await stage.open(user.id)

    stage.clock.now += IDLE + KEPT + DAY
    await tidy_up(portion=2)

    assert await kept(resources, user) == {}


async def test_a_bucket_that_has_been_full_for_long_is_forgotten_and_no_other(resources, world, tidy_up):
    """A flood of invented accounts leaves nothing behind."""
    now_us = int(datetime.now(UTC).timestamp() * 1_000_000)
    name = secrets.token_hex(8)
    hour_us = 3_600_000_000
    instants = {
        "full long ago": now_us - 2 * hour_us,
        "full": now_us - hour_us // 2,
        "used": now_us + hour_us,
    }
    await world.save(
        *(RateLimitState(subject=subject, name=name, tat_us=tat_us) for subject, tat_us in instants.items())
    )

    await tidy_up()

    async with transaction(resources.engine) as session:
        left = await session.scalars(select(RateLimitState.subject).where(RateLimitState.name == name))
        assert set(left) == {"full", "used"}


async def test_an_attempt_that_nobody_came_back_from_is_forgotten(resources, stage, tidy_up):
    digests = [secrets.token_bytes(32) for _ in range(2)]
    async with transaction(resources.engine) as session:
        for digest, left in zip(digests, (-DAY, DAY), strict=True):
            session.add(
                OauthAttempt(
                    provider="alpha",
                    state_digest=digest,
                    browser_digest=digest,
                    purpose="sign_in",
                    expires_at=stage.clock.now + left,
                )
            )

    await tidy_up()

    async with transaction(resources.engine) as session:
        query = select(OauthAttempt.state_digest).where(OauthAttempt.state_digest.in_(digests))
        assert (await session.scalars(query)).all() == digests[1:]


async def test_an_invitation_that_nobody_can_accept_any_more_is_forgotten(resources, stage, tidy_up, world):
    organization = await world.organization()
    for left in (-DAY, DAY):
        await world.invitation(organization, expires_at=stage.clock.now + left)

    await tidy_up()

    async with transaction(resources.engine) as session:
        query = select(Invitation.expires_at).where(Invitation.organization_id == organization.id)
        assert (await session.scalars(query)).all() == [stage.clock.now + DAY]


async def test_what_waits_for_a_second_factor_is_forgotten_when_it_is_over(resources, stage, tidy_up, user):
    over, waiting = stage.clock.now - timedelta(seconds=1), stage.clock.now + DAY
    async with transaction(resources.engine) as session:
        for ends in (over, waiting):
            session.add(
                PendingSignIn(
                    user_id=user.id, digest=secrets.token_bytes(32), methods=["password"], expires_at=ends
                )
            )
            session.add(
                PasskeyChallenge(
                    user_id=user.id,
                    digest=secrets.token_bytes(32),
                    purpose="registration",
                    expires_at=ends,
                )
            )

    await tidy_up()

    async with transaction(resources.engine) as session:
        for model in (PendingSignIn, PasskeyChallenge):
            left = await session.scalars(select(model.expires_at).where(model.user_id == user.id))
            assert list(left) == [waiting]


async def test_an_answer_that_is_given_to_nobody_again_is_forgotten(resources, stage, tidy_up, user):
    over, kept = stage.clock.now - timedelta(seconds=1), stage.clock.now + DAY
    async with transaction(resources.engine) as session:
        for ends in (over, kept):
            digest = secrets.token_bytes(32)
            session.add(IdempotencyKey(user_id=user.id, digest=digest, sealed_answer=digest, expires_at=ends))

    await tidy_up()

    async with transaction(resources.engine) as session:
        query = select(IdempotencyKey.expires_at).where(IdempotencyKey.user_id == user.id)
        assert (await session.scalars(query)).all() == [kept]
