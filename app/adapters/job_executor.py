"""One attempt at a job, and what follows from it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context
from pgqueuer.domain.models import Job as QueuedJob

from app.core.job_settings import JobSettings
from app.core.jobs import DeadlyJobError, HopelessJobError, JobError

Handler = Callable[[bytes], Awaitable[None]]
"""Does a job, given as it is stored. It bears being called twice for one."""

RETRY_DELAY_MAX = timedelta(hours=1)

log = structlog.get_logger(__name__)


class JobAttempts:
    """Calls a handler within a time limit; what fails is told without a word that people wrote."""

    def __init__(self, handler: Handler, *, timeout_seconds: float) -> None:
        self._handler = handler
        self._timeout_seconds = timeout_seconds
        self._limits: set[asyncio.Timeout] = set()
        self._giving_back = False

    def give_back(self) -> None:
        """End every attempt that is under way; their jobs are anybody's again."""
        self._giving_back = True
        for limit in self._limits:
            limit.reschedule(asyncio.get_running_loop().time())

    async def __call__(self, job: QueuedJob) -> None:
        """Do the job.

        Raises:
            JobError: the attempt has failed; of errors that are not ours only the type is told.
            RetryRequested: it was given back.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds) as limit:
                self._limits.add(limit)
                try:
                    await self._handler(job.payload or b"")
                finally:
                    self._limits.discard(limit)
        except JobError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever a handler raises is a failed attempt
            if self._giving_back:
                raise RetryRequested(reason="given back") from None
            raise JobError(type(error).__name__) from None


class JobExecutor(DatabaseRetryEntrypointExecutor):
    """Tries a job again, later and later, and in the end keeps it as failed."""

    def __init__(self, attempts: JobAttempts, settings: JobSettings) -> None:
        self._attempts_max = settings.attempts_max
        super().__init__(
            EntrypointExecutorParameters(concurrency_limit=0, func=attempts, on_failure="hold"),
            # The library counts those after the first.
            max_attempts=settings.attempts_max - 1,
            initial_delay=timedelta(seconds=settings.retry_seconds),
            max_delay=RETRY_DELAY_MAX,
        )

    async def execute(self, job: QueuedJob, context: Context) -> None:
        """Make one attempt.

        Raises:
            RetryRequested: it is to be tried again.
            JobError: it has failed for good.
        """
        deaths = deaths_of(job)
        if deaths and job.attempts + deaths >= self._attempts_max:
            raise DeadlyJobError
        try:
            await super().execute(job, context)
        except RetryRequested as retry:
            if isinstance(retry.__cause__, HopelessJobError):
                raise retry.__cause__ from None
            attempt = job.attempts + 1
            log.warning("job.retried", kind=job.entrypoint, job=job.id, attempt=attempt, error=str(retry))
            raise


def deaths_of(job: QueuedJob) -> int:
    """How often a worker has been killed over a job, or has fallen silent: the database counts takeovers."""
    counted = (job.headers or {}).get("deaths")
    return counted if isinstance(counted, int) else 0
