"""A worker on the queue: pgqueuer's loops, kept running, with failures that tell no secrets."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.models import Schedule

from app.adapters.job_executor import Handler, JobAttempts, JobExecutor
from app.core.database import UNREACHABLE
from app.core.job_queue import JOB_QUEUE
from app.core.job_settings import JobSettings

Chore = Callable[[], Awaitable[None]]
"""Does what is to be done from time to time, once for all workers."""

Connect = Callable[[], AbstractAsyncContextManager[asyncpg.Connection]]
"""Opens the one connection that a worker has."""

POLL_SECONDS = 5
"""How often a worker looks without being told: for attempts that are due, and if a notice was lost."""
RESTART_SECONDS = 1.0
QUIET_SECONDS = 15
"""How long a database may be away before it is complained about, each time."""
GRACE_SECONDS = 8
"""How long jobs may go on when the worker is to stop; a server's processes are killed after 10."""

log = structlog.get_logger(__name__)


class JobWorker:
    """Runs jobs beside any number of other workers until it is told to stop."""

    def __init__(
        self,
        connect: Connect,
        settings: JobSettings,
        *,
        handlers: Mapping[str, Handler],
        chores: Mapping[tuple[str, str], Chore] | None = None,
        grace_seconds: float = GRACE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """`handlers` by the kinds of their jobs; `chores` by their names and times (cron, UTC)."""
        self._connect = connect
        self._settings = settings
        self._chores = chores or {}
        self._grace_seconds = grace_seconds
        self._poll_seconds = poll_seconds
        self._attempts = {
            kind: JobAttempts(handler, timeout_seconds=settings.timeout_seconds)
            for kind, handler in handlers.items()
        }
        self._stopping = asyncio.Event()
        self._trouble_since: float | None = None
        self._managers: tuple[QueueManager, SchedulerManager] | None = None

    async def run(self) -> None:
        """Work until `stop()`, whatever happens to the database."""
        while not self._stopping.is_set():
            try:
                await self._work()
            # A RuntimeError says that the queue's tables are not there: not migrated yet.
            except (*UNREACHABLE, RuntimeError) as error:
                self._complain_later(error)
                await self._pause(RESTART_SECONDS)
            except Exception:
                log.exception("jobs.interrupted")
                await self._pause(RESTART_SECONDS)

    def stop(self) -> None:
        """Take no new jobs; those that run may end, and after a while are given back."""
        self._stopping.set()
        for manager in self._managers or ():
            manager.shutdown.set()
        for attempts in self._attempts.values():
            asyncio.get_running_loop().call_later(self._grace_seconds, attempts.give_back)

    async def _work(self) -> None:
        async with self._connect() as connection:
            queries = Queries(
                AsyncpgDriver(connection),
                QueryBuilderEnvironment(JOB_QUEUE),
                QueryQueueBuilder(JOB_QUEUE),
                QuerySchedulerBuilder(JOB_QUEUE),
            )
            jobs, chores = QueueManager(queries, channel=JOB_QUEUE.channel), SchedulerManager(queries)
            for kind, attempts in self._attempts.items():
                jobs.register_executor(kind, JobExecutor(attempts, self._settings))
            for (name, times), chore in self._chores.items():
                chores.schedule(name, times, clean_old=True)(as_scheduled(chore))
            self._managers = jobs, chores
            self._trouble_since = None
            if not self._stopping.is_set():
                await self._run_both(jobs, chores)

    async def _run_both(self, jobs: QueueManager, chores: SchedulerManager) -> None:
        """Until either ends: a worker without one of them is not whole."""
        concurrency = self._settings.concurrency
        queue = asyncio.create_task(
            jobs.run(
                dequeue_timeout=timedelta(seconds=self._poll_seconds),
                batch_size=max(1, concurrency // 2),
                max_concurrent_tasks=concurrency,
                heartbeat_timeout=timedelta(seconds=self._settings.heartbeat_seconds),
                log_aggregation_interval=timedelta(),
            )
        )
        schedule = asyncio.create_task(chores.run()) if self._chores else None
        tasks = {queue} if schedule is None else {queue, schedule}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        jobs.shutdown.set()
        chores.shutdown.set()
        await asyncio.gather(*tasks)

    def _complain_later(self, error: Exception) -> None:
        """A database that starts, or is being migrated, is no news; one that stays away is."""
        now = time.monotonic()
        self._trouble_since = self._trouble_since or now
        if now - self._trouble_since > QUIET_SECONDS:
            log.warning("jobs.waiting_for_database", error=type(error).__name__)
            self._trouble_since = now

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def as_scheduled(chore: Chore) -> Callable[[Schedule], Awaitable[None]]:
    """A chore as the library calls it."""

    async def run(_schedule: Schedule) -> None:
        await chore()

    return run
