"""Jobs, enqueued in the transaction of what they belong to."""

from datetime import timedelta

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.job_queue import JOB_QUEUE
from app.core.jobs import Job

QUERIES = QueryQueueBuilder(JOB_QUEUE)


class JobRepository:
    """Asks the queue's table, in the words of its library."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def enqueue(self, job: Job) -> None:
        """Let it be done once this transaction has committed; if it is rolled back, there is no job."""
        payload = job.model_dump_json().encode()
        connection = await self._session.connection()
        # One row of each: priority, kind, payload, delay, key against duplicates, headers.
        row = ([0], [str(job.kind)], [payload], [timedelta()], [None], ["{}"])
        await connection.exec_driver_sql(QUERIES.build_enqueue_query(), row)
