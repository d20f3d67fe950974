"""Secrets that are replaced: how short they may be, and what ends with the old ones."""

import pytest

from app.api.dependencies.credential_service import get_credential_service
from app.core.clock import system_clock
from app.core.database import transaction
from app.core.exceptions import InvalidFieldError
from app.repositories.one_time_token_repository import OneTimeTokenRepository
from app.repositories.user_repository import UserRepository
from app.services.one_time_token_service import OneTimeTokenService
from tests.factories.sessions import SessionStage

POINTER = "/password"


@pytest.fixture
async def user(world):
    user = await world.user()
    await world.organization(owner=user)
    return user


@pytest.fixture
def stage(resources):
    return SessionStage(resources)


@pytest.fixture
def act(resources, stage):
    """Does something with a service that is put together for it."""

    async def act(change):
        async with transaction(resources.engine) as session, stage.open_sessions() as sessions:
            tokens = OneTimeTokenService(OneTimeTokenRepository(session), clock=system_clock)
            credentials = await get_credential_service(session, sessions, tokens, resources)
            return await change(credentials, UserRepository(session))

    return act


@pytest.mark.parametrize("password", ["fourteen signs", "{email} and more"], ids=["short", "of the account"])
async def test_a_password_that_is_too_short_or_about_its_account_is_refused(act, user, password):
    async def change(credentials, users):
        locked = await users.lock(user.id)
        await credentials.set_password(locked, password.format(email=user.email), "hash", pointer=POINTER)

    with pytest.raises(InvalidFieldError):
        await act(change)


async def test_every_session_ends_but_the_one_that_is_spared(act, stage, user):
    kept, other = [(await stage.open(user.id)).session_id for _ in range(2)]

    await act(lambda credentials, _: credentials.end_others(kept, user_id=user.id))
    assert await stage.is_alive(kept)
    assert not await stage.is_alive(other)

    await act(lambda credentials, _: credentials.end_all(user.id))
    assert not await stage.is_alive(kept)
