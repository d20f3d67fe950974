"""Passwords: Argon2id, off the event loop, bounded, and telling nothing (SEC-01, SEC-03 to SEC-06)."""

import asyncio
import time

import argon2
import pytest
from pydantic import ValidationError

from app.core.exceptions import OverloadedError
from app.core.passwords import PasswordCheck, PasswordHasher
from app.core.settings import SessionSettings

PASSWORD = "correct horse battery"


@pytest.fixture
def make_hasher():
    made = []

    def make(**changes) -> PasswordHasher:
        options = {"memory_kib": 19_456, "iterations": 2, "parallelism": 1, "concurrency": 2, "queue_max": 64}
        made.append(PasswordHasher(**{**options, **changes}))
        return made[-1]

    yield make
    for hasher in made:
        hasher.close()


async def test_a_hash_is_argon2id_with_the_configured_cost(make_hasher):
    stored = await make_hasher().hash(PASSWORD)

    parameters = argon2.extract_parameters(stored)
    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)


async def test_the_same_password_never_has_the_same_hash(make_hasher):
    hasher = make_hasher()

    assert await hasher.hash(PASSWORD) != await hasher.hash(PASSWORD)


@pytest.mark.parametrize("other", ["", PASSWORD[:-1], f"{PASSWORD} ", f" {PASSWORD}", PASSWORD.upper()])
async def test_only_the_very_password_is_right(make_hasher, other):
    hasher = make_hasher()
    stored = await hasher.hash(PASSWORD)

    assert await hasher.check(PASSWORD, stored) is PasswordCheck.RIGHT
    assert await hasher.check(other, stored) is PasswordCheck.WRONG


@pytest.mark.parametrize("character", ["\x00", "\U0001f511", " ", "e\u0301", "p", "\ud800", "\n"])
async def test_any_characters_make_a_password(make_hasher, character):
    hasher = make_hasher()
    password = character * 15

    assert await hasher.check(password, await hasher.hash(password)) is PasswordCheck.RIGHT


async def test_the_last_of_256_characters_counts(make_hasher):
    hasher = make_hasher()
    stored = await hasher.hash("p" * 255 + "a")

    assert await hasher.check("p" * 255 + "b", stored) is PasswordCheck.WRONG


@pytest.mark.parametrize(
    "stored", [None, "", "x", "$2b$12$abc", "$argon2id$", "$argon2id$v=19$m=1,t=1,p=1$!!$!!", "é"]
)
async def test_a_missing_or_malformed_hash_is_wrong_and_never_an_error(make_hasher, stored):
    assert await make_hasher().check(PASSWORD, stored) is PasswordCheck.WRONG


@pytest.mark.parametrize("stored", [None, "", "garbage"])
async def test_nothing_to_compare_with_costs_the_same_work(make_hasher, stored):
    hasher = make_hasher()
    compared = []
    matches = hasher._matches
    hasher._matches = lambda password, against: compared.append(against) or matches(password, against)

    await hasher.check(PASSWORD, stored)

    (against,) = compared
    assert argon2.extract_parameters(against) == argon2.extract_parameters(await hasher.hash(PASSWORD))


async def test_a_hash_of_other_parameters_is_right_but_outdated(make_hasher):
    stored = await make_hasher().hash(PASSWORD)

    assert await make_hasher(iterations=3).check(PASSWORD, stored) is PasswordCheck.RIGHT_BUT_OUTDATED
    assert await make_hasher(iterations=3).check("wrong", stored) is PasswordCheck.WRONG


async def test_the_event_loop_goes_on_while_passwords_are_hashed(make_hasher):
    hasher = make_hasher(concurrency=1)
    work = asyncio.gather(*(hasher.hash(PASSWORD) for _ in range(4)))
    turns = 0

    while not work.done():
        await asyncio.sleep(0.001)
        turns += 1

    await work
    assert turns >= 10


async def test_more_than_the_queue_holds_is_refused_at_once(make_hasher):
    hasher = make_hasher(concurrency=1, queue_max=2)
    started = time.monotonic()

    outcomes = await asyncio.gather(*(hasher.hash(PASSWORD) for _ in range(10)), return_exceptions=True)

    refused = [outcome for outcome in outcomes if isinstance(outcome, OverloadedError)]
    assert len(refused) == 7
    assert time.monotonic() - started < 10


async def test_places_are_given_back_even_by_callers_that_gave_up(make_hasher):
    hasher = make_hasher(concurrency=1, queue_max=1)
    for _ in range(3):
        tasks = [asyncio.ensure_future(hasher.hash(PASSWORD)) for _ in range(2)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(wait_until_idle, hasher)

    assert await hasher.hash(PASSWORD)


def wait_until_idle(hasher) -> None:
    for _ in range(2000):
        if hasher._places._value == 2:
            return
        time.sleep(0.005)


async def test_a_closed_hasher_refuses_instead_of_failing(make_hasher):
    hasher = make_hasher()
    hasher.close()

    with pytest.raises(OverloadedError):
        await hasher.hash(PASSWORD)


@pytest.mark.parametrize(
    "weak", [{"argon2_memory_kib": 19_455}, {"argon2_iterations": 1}, {"argon2_parallelism": 0}], ids=str
)
def test_settings_weaker_than_the_least_do_not_boot(weak):
    """SEC-03."""
    with pytest.raises(ValidationError):
        SessionSettings(**weak)
