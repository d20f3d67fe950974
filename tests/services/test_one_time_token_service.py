"""Tokens that do one thing, once: of any number of tries, one succeeds (SEC-09)."""

import asyncio
import secrets
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.core.opaque_tokens import TokenPurpose
from app.models import OneTimeToken
from app.repositories.one_time_token_repository import OneTimeTokenRepository
from app.services.one_time_token_service import CODE_LIFETIME, CODE_TRIES_MAX, OneTimeTokenService

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
RESET = TokenPurpose.PASSWORD_RESET


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
            yield OneTimeTokenService(OneTimeTokenRepository(session), clock=clock)

    return open_one


@pytest.fixture
async def user(world):
    return await world.user()


@pytest.fixture
def issue(open_service, user):
    async def issue_one(purpose=RESET, **options):
        options = {"user_id": user.id, "email": user.email, "lifetime": HOUR, **options}
        async with open_service() as tokens:
            return await tokens.issue(purpose, **options)

    return issue_one


@pytest.fixture
def redeem(open_service):
    async def redeem_one(token, purpose=RESET):
        async with open_service() as tokens:
            return await tokens.redeem(purpose, token)

    return redeem_one


@pytest.fixture
def issue_with_code(open_service, user):
    async def issue_one():
        async with open_service() as tokens:
            return await tokens.issue_with_code(RESET, user_id=user.id, email=user.email, lifetime=HOUR)

    return issue_one


@pytest.fixture
def redeem_code(open_service):
    async def redeem_one(handle, code, purpose=RESET):
        async with open_service() as tokens:
            return await tokens.redeem_code(purpose, handle=handle, code=code)

    return redeem_one


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_token_tells_what_it_stands_for_once(issue, redeem, user):
    """SEC-09."""
    token = await issue(data={"new_email": "new@example.org"})

    first, second = await redeem(token), await redeem(token)

    assert (first.user_id, first.email) == (user.id, user.email)
    assert first.data == {"new_email": "new@example.org"}
    assert second is None


async def test_of_twenty_who_redeem_a_token_at_once_one_succeeds(issue, redeem):
    """SEC-09, SEC-20."""
    token = await issue()

    outcomes = await asyncio.gather(*(redeem(token) for _ in range(20)))

    assert sum(outcome is not None for outcome in outcomes) == 1


async def test_of_twenty_who_redeem_the_right_code_at_once_one_succeeds(issue_with_code, redeem_code):
    """SEC-09, SEC-20."""
    issued = await issue_with_code()

    outcomes = await asyncio.gather(*(redeem_code(issued.handle, issued.code) for _ in range(20)))

    assert sum(outcome is not None for outcome in outcomes) == 1


@pytest.mark.parametrize("other", sorted(set(TokenPurpose) - {RESET}))
async def test_a_token_of_one_purpose_is_none_of_another(issue, redeem, other):
    """SEC-09, SEC-19."""
    token = await issue()

    assert await redeem(token, other) is None
    assert await redeem(other + token.removeprefix(RESET), other) is None
    assert await redeem(token) is not None


async def test_a_token_is_good_until_its_end_and_not_at_it(issue, redeem, clock):
    """SEC-09."""
    start = clock.now
    token = await issue()
    clock.now = start + HOUR
    assert await redeem(token) is None

    clock.now = start + HOUR - TICK
    assert await redeem(token) is not None


async def test_a_newer_token_ends_the_older(issue, redeem):
    """SEC-09."""
    older = await issue()
    newer = await issue()

    assert await redeem(older) is None
    assert await redeem(newer) is not None


async def test_of_tokens_issued_at_once_one_lives(issue, redeem):
    """SEC-09."""
    tokens = await asyncio.gather(*(issue() for _ in range(10)))

    outcomes = [await redeem(token) for token in tokens]

    assert sum(outcome is not None for outcome in outcomes) == 1


async def test_tokens_of_other_purposes_people_and_subjects_stay(issue, redeem, world):
    other = await world.user()
    kept = [
        (await issue(TokenPurpose.EMAIL_CHANGE), TokenPurpose.EMAIL_CHANGE),
        (await issue(user_id=other.id, email=other.email), RESET),
        (await issue(subject="narrower"), RESET),
    ]
    await issue()

    for token, purpose in kept:
        assert await redeem(token, purpose) is not None


async def test_all_tokens_of_a_user_end_together(issue, redeem, open_service, user):
    """SEC-09: a change of password or address leaves none alive."""
    tokens = [(await issue(purpose), purpose) for purpose in (RESET, TokenPurpose.EMAIL_CHANGE)]

    async with open_service() as service:
        await service.revoke_all(user.id)

    assert [await redeem(token, purpose) for token, purpose in tokens] == [None, None]


async def test_a_token_survives_a_request_that_fails_after_redeeming_it(issue, redeem, open_service):
    token = await issue()

    with suppress(RuntimeError):
        async with open_service() as tokens:
            assert await tokens.redeem(RESET, token) is not None
            raise RuntimeError

    assert await redeem(token) is not None


async def test_a_code_works_until_its_tries_are_used_up(issue_with_code, redeem_code):
    """SEC-09: of a million codes five can be tried."""
    issued = await issue_with_code()
    for _ in range(CODE_TRIES_MAX):
        assert await redeem_code(issued.handle, another(issued.code)) is None

    assert await redeem_code(issued.handle, issued.code) is None


async def test_tries_at_once_are_all_counted(issue_with_code, redeem_code):
    """SEC-09: guessing in parallel gives no more guesses."""
    issued = await issue_with_code()
    await asyncio.gather(*(redeem_code(issued.handle, another(issued.code)) for _ in range(20)))

    assert await redeem_code(issued.handle, issued.code) is None


async def test_a_code_with_too_many_tries_leaves_the_link_alive(issue_with_code, redeem_code, redeem):
    """SEC-58: who guesses codes does not take the owner's way."""
    issued = await issue_with_code()
    for _ in range(CODE_TRIES_MAX + 1):
        await redeem_code(issued.handle, another(issued.code))

    assert await redeem(issued.token) is not None


async def test_a_code_is_worth_nothing_without_its_own_handle(
    issue_with_code, redeem_code, open_service, world
):
    """SEC-09."""
    issued = await issue_with_code()
    stranger = await world.user()
    async with open_service() as tokens:
        other = await tokens.issue_with_code(RESET, user_id=stranger.id, email=stranger.email, lifetime=HOUR)
        other_code = another(issued.code) if other.code == issued.code else issued.code

    assert await redeem_code(other.handle, other_code) is None
    assert await redeem_code("fgh_" + "A" * 43, issued.code) is None
    assert await redeem_code(issued.token, issued.code) is None
    assert await redeem_code(issued.handle, issued.code, TokenPurpose.SIGN_UP) is None


async def test_a_code_ends_before_its_link(issue_with_code, redeem_code, redeem, clock):
    """SEC-09: ten minutes."""
    start = clock.now
    issued = await issue_with_code()

    clock.now = start + CODE_LIFETIME

    assert timedelta(minutes=10) >= CODE_LIFETIME
    assert await redeem_code(issued.handle, issued.code) is None
    assert await redeem(issued.token) is not None


async def test_the_code_ends_with_its_link_and_the_link_with_its_code(issue_with_code, redeem_code, redeem):
    by_link = await issue_with_code()
    assert await redeem(by_link.token) is not None
    assert await redeem_code(by_link.handle, by_link.code) is None

    by_code = await issue_with_code()
    assert await redeem_code(by_code.handle, by_code.code) is not None
    assert await redeem(by_code.token) is None


async def test_nothing_that_can_be_redeemed_is_in_the_table(issue_with_code, resources, user):
    """SEC-09, SEC-30: digests alone, and a code's digest is none of the code."""
    issued = await issue_with_code()

    async with transaction(resources.engine) as session:
        row = await session.scalar(select(OneTimeToken).where(OneTimeToken.user_id == user.id))
    stored = " ".join(str(getattr(row, column.name)) for column in OneTimeToken.__table__.columns)
    for secret in (issued.token, issued.handle, secrets.token_hex(8)):
        assert secret not in stored
    assert len(row.digest) == len(row.handle_digest) == len(row.code_digest) == 32
