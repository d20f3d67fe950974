"""Workers on the real queue. Each test has a kind of job of its own, so no other worker takes them."""

import asyncio
import itertools
import secrets
import time
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from app.adapters.job_worker import JobWorker
from app.core.database import connect, transaction
from app.core.jobs import HopelessJobError, Job, JobError, JobState
from app.repositories.job_repository import JobRepository, jobs_opener
from app.services.job_handlers import JobHandlers
from tests.factories.job_workers import PATIENCE_SECONDS, SETTINGS, until


@pytest.fixture
def kind():
    """A kind of job that no other test has."""

    class Work(Job):
        kind = f"test_{secrets.token_hex(8)}"

        number: int = 0

    return Work


@pytest.fixture
def enqueue(resources, kind):
    """Commits jobs."""

    async def enqueue(*numbers):
        async with transaction(resources.engine) as session:
            for number in numbers:
                await JobRepository(session, resources.secret_box).enqueue(kind(number=number))

    return enqueue


@pytest.fixture
def stored(resources, kind):
    """Lists this test's jobs that are in the queue."""

    async def stored(*states):
        async with jobs_opener(resources.engine, resources.secret_box)() as jobs:
            listed = await jobs.list_oldest(states or list(JobState), limit=10_000)
        return [job for job in listed if job.kind == kind.kind]

    return stored


@pytest.fixture
async def start(settings, resources, kind):
    """Starts workers, and stops them in the end."""
    working = []

    async def start(do, *, job_settings=SETTINGS, grace_seconds=1, connections=None):
        handlers = JobHandlers(resources.secret_box)
        handlers.register(kind, do)

        @asynccontextmanager
        async def connect_and_tell():
            async with connect(settings.database) as connection:
                if connections is not None:
                    connections.append(connection)
                yield connection

        worker = JobWorker(
            connect_and_tell,
            job_settings,
            handlers=handlers,
            grace_seconds=grace_seconds,
            poll_seconds=0.1,
        )
        working.append((worker, asyncio.create_task(worker.run())))
        return worker

    yield start
    for worker, _ in working:
        worker.stop()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(task for _, task in working))


async def test_two_workers_do_each_of_two_hundred_jobs_once(enqueue, start, stored):
    done = Counter()

    async def do(job):
        done[job.number] += 1
        await asyncio.sleep(0)

    await enqueue(*range(200))
    await start(do)
    await start(do)

    await until(lambda: nothing_left(stored))

    assert done == Counter(range(200))


async def nothing_left(stored):
    return await stored() == []


async def test_a_job_that_is_done_leaves_nothing_of_what_it_was_about(enqueue, start, stored, resources):
    done = asyncio.Event()

    async def do(_job):
        done.set()

    await start(do)
    await enqueue(1)
    await asyncio.wait_for(done.wait(), PATIENCE_SECONDS)

    await until(lambda: nothing_left(stored))


async def test_what_a_waiting_job_is_about_is_sealed(enqueue, resources, kind):
    await enqueue(987654321)

    async with transaction(resources.engine) as session:
        connection = await session.connection()
        result = await connection.exec_driver_sql(
            "SELECT payload, headers FROM pgqueuer.pgqueuer WHERE entrypoint = $1", (kind.kind,)
        )
        (row,) = result.all()

    assert b"987654321" not in row.payload
    assert row.headers == {}


async def test_a_failing_job_is_tried_again_later_and_later_and_then_kept(enqueue, start, stored):
    attempts = []

    async def do(_job):
        attempts.append(time.monotonic())
        raise ValueError("the secret token fgv_1234")

    await start(do)
    await enqueue(1)
    await until(lambda: is_failed(stored))

    (job,) = await stored()
    first, second = (later - earlier for earlier, later in itertools.pairwise(attempts))
    assert len(attempts) == 3
    assert first >= 0.1
    assert second >= 0.2
    assert job.error == "ValueError"


async def is_failed(stored):
    return len(await stored(JobState.FAILED)) == 1


async def test_a_job_that_fails_once_is_done_by_the_second_attempt(enqueue, start, stored):
    attempts = []

    async def do(_job):
        attempts.append(1)
        if len(attempts) == 1:
            raise JobError("not now")

    await start(do)
    await enqueue(1)

    await until(lambda: nothing_left(stored))
    assert len(attempts) == 2


async def test_a_hopeless_job_is_tried_once(enqueue, start, stored):
    attempts = []

    async def do(_job):
        attempts.append(1)
        raise HopelessJobError("no such mailbox")

    await start(do)
    await enqueue(1)
    await until(lambda: is_failed(stored))

    (job,) = await stored()
    assert job.error == "no such mailbox"
    assert len(attempts) == 1


async def test_an_attempt_that_takes_too_long_has_failed(enqueue, start, stored):
    async def do(_job):
        await asyncio.sleep(60)

    await start(do, job_settings=SETTINGS.model_copy(update={"timeout_seconds": 0.1, "attempts_max": 1}))
    await enqueue(1)
    await until(lambda: is_failed(stored))

    (job,) = await stored()
    assert job.error == "TimeoutError"


async def test_a_worker_that_is_stopped_gives_back_what_does_not_end(enqueue, start, stored):
    begun = asyncio.Event()
    done = asyncio.Event()

    async def hang(_job):
        begun.set()
        await asyncio.sleep(60)

    async def do(_job):
        done.set()

    await enqueue(1)
    # Its only attempt: to be given back is no failure.
    first = await start(hang, job_settings=SETTINGS.model_copy(update={"attempts_max": 1}), grace_seconds=0.1)
    await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    first.stop()
    await start(do)

    await asyncio.wait_for(done.wait(), PATIENCE_SECONDS)
    await until(lambda: nothing_left(stored))


async def test_a_worker_that_is_stopped_lets_its_job_end(enqueue, start, stored):
    begun = asyncio.Event()
    may_end = asyncio.Event()

    async def do(_job):
        begun.set()
        await may_end.wait()

    await enqueue(1)
    worker = await start(do, grace_seconds=10)
    await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    worker.stop()
    may_end.set()

    await until(lambda: nothing_left(stored))


async def test_a_worker_outlives_a_lost_connection(enqueue, start, stored):
    done = []
    connections = []

    async def do(job):
        done.append(job.number)

    await start(do, connections=connections)
    await enqueue(1)
    await until(lambda: nothing_left(stored))
    connections[0].terminate()
    await enqueue(2)

    await until(lambda: nothing_left(stored))
    assert done == [1, 2]
    assert len(connections) == 2


async def test_a_worker_waits_for_a_database_that_is_not_migrated(database_url, settings):
    empty = make_url(database_url).set(database="postgres").render_as_string(hide_password=False)
    database = settings.database.model_copy(update={"url": SecretStr(empty)})
    worker = JobWorker(lambda: connect(database), SETTINGS, handlers={})
    task = asyncio.create_task(worker.run())

    await asyncio.sleep(0.3)
    assert not task.done()
    worker.stop()

    await asyncio.wait_for(task, PATIENCE_SECONDS)
