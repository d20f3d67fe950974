"""The queue as operators see it, and its housekeeping."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from app.core.jobs import JobState, StoredJob
from app.repositories.job_repository import OpenJobs

LOG_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class JobList:
    """The oldest jobs, and how many there are in each state."""

    jobs: list[StoredJob]
    counts: dict[JobState, int]


class JobService:
    """Lists, retries, discards and forgets jobs, each act in a transaction of its own."""

    def __init__(self, open_jobs: OpenJobs, *, failed_kept: timedelta) -> None:
        self._open_jobs = open_jobs
        self._failed_kept = failed_kept

    async def list_oldest(self, states: Collection[JobState], *, limit: int) -> JobList:
        """The oldest jobs in these states; what they are about stays hidden."""
        async with self._open_jobs() as jobs:
            return JobList(await jobs.list_oldest(states, limit=limit), await jobs.count())

    async def retry(self, job_id: int) -> bool:
        """Let a failed or waiting job be due now; whether there is one."""
        async with self._open_jobs() as jobs:
            return await jobs.try_again(job_id)

    async def retry_all_failed(self) -> int:
        """Let every failed job be due now; how many they are."""
        async with self._open_jobs() as jobs:
            return await jobs.try_all_failed_again()

    async def discard(self, job_id: int) -> bool:
        """Forget a failed or waiting job; whether there was one."""
        async with self._open_jobs() as jobs:
            return await jobs.discard(job_id)

    async def forget_old(self) -> None:
        """Forget jobs that failed long ago, and the record of those that are done."""
        async with self._open_jobs() as jobs:
            await jobs.delete_old(failed=self._failed_kept, log=LOG_KEPT)
