"""Every process learns of other keys by itself, and no flood makes it ask all the time."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.core.access_tokens import AccessTokens
from app.core.exceptions import DatabaseUnavailableError, NotReadyError
from app.core.secret_box import UnreadableSecretError
from app.core.signing_keys import SigningKeys, new_signing_key
from app.services.signing_key_watch import SigningKeyWatch

OLD, NEW = SigningKeys(new_signing_key()), SigningKeys(new_signing_key())
NOW = datetime(2026, 11, 25, tzinfo=UTC)


class Source:
    """What is read instead of a database; an exception is raised."""

    def __init__(self, answer):
        self.answer = answer
        self.readings = 0

    async def load(self):
        self.readings += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def make_tokens(keys=None):
    return AccessTokens(keys, issuer="faregate", audience="faregate", lifetime_seconds=600)


@pytest.fixture
async def watching():
    """Starts a watch that pauses hardly at all."""
    watches = []

    async def start(source, tokens):
        watch = SigningKeyWatch(source, tokens, pause_seconds=0.02)
        watches.append(watch)
        await watch.start()

    yield start
    for watch in watches:
        await watch.stop()


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_keys_are_there_when_the_start_is_over(watching):
    tokens = make_tokens()

    await watching(Source(OLD), tokens)

    assert tokens.jwks() == OLD.jwks()


async def test_a_token_of_an_unknown_key_makes_the_keys_be_read_again(watching):
    tokens, source = make_tokens(), Source(OLD)
    await watching(source, tokens)
    source.answer = NEW
    token = make_tokens(NEW).issue(uuid4(), uuid4(), NOW)

    refused = tokens.verify(token, NOW)

    assert refused is None
    await until(lambda: tokens.verify(token, NOW) is not None)


async def test_a_flood_of_unknown_keys_is_one_reading_for_each_pause(watching):
    """SEC-44's cool-down, for our own keys."""
    tokens, source = make_tokens(), Source(OLD)
    await watching(source, tokens)
    token = make_tokens(NEW).issue(uuid4(), uuid4(), NOW)
    before = source.readings

    for _ in range(300):
        tokens.verify(token, NOW)
        await asyncio.sleep(0.0005)

    # 300 times half a millisecond are about ten pauses, and some more on a busy machine.
    assert source.readings - before < 100


async def test_text_that_is_no_token_makes_nobody_read(watching):
    tokens, source = make_tokens(), Source(OLD)
    await watching(source, tokens)

    for text in ("", "a.b.c", "x" * 500, "eyJhbGciOiJub25lIn0.e30."):
        tokens.verify(text, NOW)
    await asyncio.sleep(0.1)

    assert source.readings == 1


async def test_a_database_that_comes_later_is_noticed(watching):
    tokens, source = make_tokens(), Source(NotReadyError())
    await watching(source, tokens)
    with pytest.raises(NotReadyError):
        tokens.issue(uuid4(), uuid4(), NOW)
    with pytest.raises(NotReadyError):
        tokens.verify(make_tokens(OLD).issue(uuid4(), uuid4(), NOW), NOW)

    source.answer = OLD

    await until(lambda: tokens.has_keys)


async def test_what_was_read_last_stays_while_the_database_is_away(watching):
    tokens, source = make_tokens(), Source(OLD)
    await watching(source, tokens)
    token = tokens.issue(uuid4(), uuid4(), NOW)
    source.answer = DatabaseUnavailableError()

    tokens.verify(make_tokens(NEW).issue(uuid4(), uuid4(), NOW), NOW)
    await until(lambda: source.readings > 1)

    assert tokens.verify(token, NOW) is not None


async def test_a_key_that_cannot_be_decrypted_ends_the_start(watching):
    with pytest.raises(UnreadableSecretError):
        await watching(Source(UnreadableSecretError("gone")), make_tokens())
