"""Jobs: enqueued in the transaction of what they belong to, listed, tried again, discarded."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, cast

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import transaction
from app.core.job_queue import JOB_QUEUE
from app.core.jobs import DEADLY, Job, JobState, StoredJob
from app.core.secret_box import SecretBox

QUERIES = QueryQueueBuilder(JOB_QUEUE)

STATES = {JobState.WAITING: "queued", JobState.RUNNING: "picked", JobState.FAILED: "failed"}
STATE_BY_NAME = {name: state for state, name in STATES.items()}
OLDEST_BY_STATE = text("""
    SELECT job.id, job.entrypoint AS kind, job.status::text, job.created, job.execute_after,
        job.attempts + coalesce((job.headers ->> 'deaths')::integer, 0) AS failures,
        (SELECT log.traceback ->> 'exception_message' FROM pgqueuer.pgqueuer_log AS log
         WHERE log.job_id = job.id AND log.traceback IS NOT NULL
         ORDER BY log.created DESC, log.id DESC LIMIT 1) AS error
    FROM pgqueuer.pgqueuer AS job
    WHERE job.status::text = ANY(:states)
    ORDER BY job.id LIMIT :limit
""")
COUNT_BY_STATE = text("SELECT status::text, count(*) FROM pgqueuer.pgqueuer GROUP BY status")
TRY_AGAIN = """
    UPDATE pgqueuer.pgqueuer SET status = 'queued', execute_after = now(), attempts = 0, headers = '{}',
        updated = now()
    WHERE status IN ('failed', 'queued')
"""
TRY_ONE_AGAIN = text(f"{TRY_AGAIN} AND id = :id")
TRY_ALL_FAILED_AGAIN = text(f"{TRY_AGAIN} AND status = 'failed'")
DISCARD = text("DELETE FROM pgqueuer.pgqueuer WHERE id = :id AND status IN ('failed', 'queued')")
DELETE_OLD_FAILED = text("""
    DELETE FROM pgqueuer.pgqueuer WHERE status = 'failed' AND updated < now() - CAST(:age AS interval)
""")
DELETE_OLD_LOG = text("""
    DELETE FROM pgqueuer.pgqueuer_log AS log WHERE log.created < now() - CAST(:age AS interval)
    AND NOT EXISTS (SELECT FROM pgqueuer.pgqueuer AS job WHERE job.id = log.job_id)
""")


OpenJobs = Callable[[], AbstractAsyncContextManager["JobRepository"]]
"""Opens a short transaction of its own on the queue."""


def jobs_opener(engine: AsyncEngine, secret_box: SecretBox) -> OpenJobs:
    """How to reach the queue where there is no request: in a worker, in a command."""

    @asynccontextmanager
    async def open_jobs() -> AsyncIterator[JobRepository]:
        async with transaction(engine) as session:
            yield JobRepository(session, secret_box)

    return open_jobs


class JobRepository:
    """Asks the queue's tables. What jobs are about is stored sealed: mails carry tokens."""

    def __init__(self, session: AsyncSession, secret_box: SecretBox) -> None:
        self._session = session
        self._secret_box = secret_box

    async def enqueue(self, job: Job) -> None:
        """Let it be done once this transaction has committed; if it is rolled back, there is no job."""
        payload = self._secret_box.seal(job.model_dump_json().encode(), purpose=job.purpose())
        connection = await self._session.connection()
        # One row of each: priority, kind, payload, delay, key against duplicates, headers.
        row = ([0], [str(job.kind)], [payload], [timedelta()], [None], ["{}"])
        await connection.exec_driver_sql(QUERIES.build_enqueue_query(), row)

    async def list_oldest(self, states: Collection[JobState], *, limit: int) -> list[StoredJob]:
        """The oldest jobs in these states."""
        names = [STATES[state] for state in states]
        rows = await self._session.execute(OLDEST_BY_STATE, {"states": names, "limit": limit})
        return [
            StoredJob(
                id=row.id,
                kind=row.kind,
                state=STATE_BY_NAME[row.status],
                failures=row.failures + (row.status == STATES[JobState.FAILED] and row.error != DEADLY),
                created_at=row.created,
                next_run_at=row.execute_after,
                error=row.error,
            )
            for row in rows
        ]

    async def count(self) -> dict[JobState, int]:
        """How many jobs are in each state."""
        rows = await self._session.execute(COUNT_BY_STATE)
        counted = {STATE_BY_NAME[status]: count for status, count in rows if status in STATE_BY_NAME}
        return {state: counted.get(state, 0) for state in JobState}

    async def try_again(self, job_id: int) -> bool:
        """Let a failed or waiting job be due now, with all its attempts before it; whether there is one."""
        return await self._changed(TRY_ONE_AGAIN, id=job_id) == 1

    async def try_all_failed_again(self) -> int:
        """Let every failed job be due now; how many they are."""
        return await self._changed(TRY_ALL_FAILED_AGAIN)

    async def discard(self, job_id: int) -> bool:
        """Forget a failed or waiting job; whether there was one."""
        return await self._changed(DISCARD, id=job_id) == 1

    async def delete_old(self, *, failed: timedelta, log: timedelta) -> None:
        """Forget failed jobs, and what became of jobs, when they are older than this."""
        await self._changed(DELETE_OLD_FAILED, age=failed)
        await self._changed(DELETE_OLD_LOG, age=log)

    async def _changed(self, statement: TextClause, **values: object) -> int:
        result = await self._session.execute(statement, values)
        return cast("CursorResult[Any]", result).rowcount
