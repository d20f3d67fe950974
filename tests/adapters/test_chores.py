"""Chores: done from time to time, once for all workers."""

import asyncio
import itertools
import secrets
import time

from app.adapters.job_worker import JobWorker
from app.core.database import connect
from tests.factories.job_workers import SETTINGS, until


async def test_a_chore_is_done_once_for_all_workers(settings):
    done = []

    async def chore():
        done.append(time.monotonic())

    # The sixth field are seconds: every second.
    chores = {(f"test_{secrets.token_hex(8)}", "* * * * * *"): chore}
    workers = [
        JobWorker(lambda: connect(settings.database), SETTINGS, handlers={}, chores=chores) for _ in range(2)
    ]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]

    await until(lambda: at_least(done, 3))
    for worker in workers:
        worker.stop()
    await asyncio.gather(*tasks)

    assert all(later - earlier > 0.5 for earlier, later in itertools.pairwise(done))


async def at_least(done, number):
    return len(done) >= number


async def test_a_chore_that_fails_is_done_again(settings):
    done = []

    async def chore():
        done.append(1)
        raise ValueError("not now")

    chores = {(f"test_{secrets.token_hex(8)}", "* * * * * *"): chore}
    worker = JobWorker(lambda: connect(settings.database), SETTINGS, handlers={}, chores=chores)
    task = asyncio.create_task(worker.run())

    await until(lambda: at_least(done, 2))
    worker.stop()
    await task
