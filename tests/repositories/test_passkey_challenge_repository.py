"""A challenge is one question: it is answered once, in time, by whom it was asked."""

from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest

from app.core.database import transaction
from app.core.identifiers import new_id
from app.models import PasskeyChallenge
from app.repositories.passkey_challenge_repository import PasskeyChallengeRepository

NOW = datetime.now(UTC)


@pytest.fixture
async def challenge(world):
    challenge = PasskeyChallenge(
        digest=token_bytes(32), purpose="sign_in", user_id=None, expires_at=NOW + timedelta(minutes=5)
    )
    await world.save(challenge)
    return challenge


@pytest.fixture
def take(resources, challenge):
    async def take(**changes):
        given = {"purpose": "sign_in", "user_id": None, "now": NOW} | changes
        async with transaction(resources.engine) as session:
            return await PasskeyChallengeRepository(session).take(challenge.digest, **given)

    return take


async def test_a_challenge_is_taken_once(take):
    assert await take()
    assert not await take()


async def test_a_challenge_is_not_taken_by_another_purpose_or_person_or_too_late(take, challenge):
    assert not await take(purpose="registration")
    assert not await take(user_id=new_id())
    assert not await take(now=challenge.expires_at)
    assert await take(now=challenge.expires_at - timedelta(microseconds=1))
