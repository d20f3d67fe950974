"""One attempt at a job: what its failure tells, and when it is nobody's fault."""

import asyncio
from types import SimpleNamespace

import pytest
from pgqueuer.domain.errors import RetryRequested

from app.adapters.job_executor import JobAttempts
from app.core.jobs import HopelessJobError, JobError

JOB = SimpleNamespace(payload=b"a letter")


def attempts_with(handler, *, timeout_seconds=5.0):
    return JobAttempts(handler, timeout_seconds=timeout_seconds)


async def test_the_handler_gets_what_was_stored():
    got = []

    async def handle(payload):
        got.append(payload)

    await attempts_with(handle)(JOB)

    assert got == [b"a letter"]


async def test_of_an_error_that_is_not_ours_only_the_type_is_told():
    async def handle(_payload):
        message = "550 <someone@example.org> said a secret"
        raise OSError(message)

    with pytest.raises(JobError, match=r"^OSError$"):
        await attempts_with(handle)(JOB)


async def test_our_own_errors_stay_what_they_are():
    async def handle(_payload):
        message = "no such template"
        raise HopelessJobError(message)

    with pytest.raises(HopelessJobError, match="no such template"):
        await attempts_with(handle)(JOB)


async def test_an_attempt_that_takes_too_long_has_failed():
    with pytest.raises(JobError, match="TimeoutError"):
        await attempts_with(lambda _payload: asyncio.sleep(60), timeout_seconds=0.01)(JOB)


async def test_an_attempt_that_is_given_back_has_not_failed():
    begun = asyncio.Event()

    async def handle(_payload):
        begun.set()
        await asyncio.sleep(60)

    attempts = attempts_with(handle)
    attempt = asyncio.create_task(attempts(JOB))
    await begun.wait()

    attempts.give_back()

    with pytest.raises(RetryRequested):
        await attempt
