"""Housekeeping of the queue."""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.database import transaction
from app.core.jobs import Job
from app.repositories.job_repository import JobRepository, jobs_opener
from app.services.job_service import JobService

AGE = text("""
    UPDATE pgqueuer.pgqueuer SET status = CAST(:status AS pgqueuer.pgqueuer_status),
        updated = now() - CAST(:age AS interval)
    WHERE entrypoint = :kind RETURNING id
""")
AGE_LOG = text("UPDATE pgqueuer.pgqueuer_log SET created = now() - CAST(:age AS interval) WHERE job_id = :id")
COUNT = text("SELECT count(*) FROM pgqueuer.pgqueuer WHERE id = :id")
COUNT_LOG = text("SELECT count(*) FROM pgqueuer.pgqueuer_log WHERE job_id = :id")
DELETE = text("DELETE FROM pgqueuer.pgqueuer WHERE id = :id")


@pytest.fixture
def service(resources):
    return JobService(jobs_opener(resources.engine, resources.secret_box), failed_kept=timedelta(days=30))


@pytest.fixture
def a_job(resources):
    """Makes a job in a state, last changed so long ago; what is known of it afterwards."""

    async def a_job(*, status, age):
        class Work(Job):
            kind = f"test_{secrets.token_hex(8)}"

        async with transaction(resources.engine) as session:
            await JobRepository(session, resources.secret_box).enqueue(Work())
            values = {"status": status, "age": age, "kind": Work.kind}
            job_id = (await session.execute(AGE, values)).scalar_one()
            await session.execute(AGE_LOG, {"age": age, "id": job_id})
        return job_id

    return a_job


@pytest.fixture
def counts(resources):
    async def counts(job_id):
        async with transaction(resources.engine) as session:
            return [
                (await session.execute(query, {"id": job_id})).scalar_one() for query in (COUNT, COUNT_LOG)
            ]

    return counts


async def test_a_job_that_failed_long_ago_is_forgotten_with_its_record(service, a_job, counts):
    job_id = await a_job(status="failed", age=timedelta(days=31))

    await service.forget_old()

    assert await counts(job_id) == [0, 0]


async def test_a_job_that_failed_lately_is_kept_with_its_record(service, a_job, counts):
    job_id = await a_job(status="failed", age=timedelta(days=29))

    await service.forget_old()

    assert await counts(job_id) == [1, 1]


async def test_a_job_that_waits_is_never_forgotten(service, a_job, counts):
    job_id = await a_job(status="queued", age=timedelta(days=300))

    await service.forget_old()

    assert await counts(job_id) == [1, 1]


async def test_the_record_of_a_job_that_is_done_is_forgotten_after_a_week(service, a_job, counts, resources):
    old, young = [await a_job(status="queued", age=timedelta(days=days)) for days in (8, 6)]
    async with transaction(resources.engine) as session:
        for job_id in (old, young):
            await session.execute(DELETE, {"id": job_id})

    await service.forget_old()

    assert await counts(old) == [0, 0]
    assert await counts(young) == [0, 1]
