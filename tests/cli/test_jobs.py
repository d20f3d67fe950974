"""`faregate jobs`, as an operator at a terminal meets it."""

import asyncio
import secrets

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli.errors import CommandError
from app.cli.main import make_cli
from app.core.database import transaction
from app.core.jobs import Job, JobState
from app.repositories.job_repository import JobRepository, jobs_opener

FAIL = text("""
    UPDATE pgqueuer.pgqueuer SET status = 'failed', attempts = 11 WHERE entrypoint = :kind RETURNING id
""")
NOTE = text("""
    INSERT INTO pgqueuer.pgqueuer_log (job_id, status, priority, entrypoint, traceback)
    VALUES (:id, 'failed', 0, :kind, '{"exception_message": "the mail server answered 550"}')
""")
DELETE = text("DELETE FROM pgqueuer.pgqueuer WHERE entrypoint = :kind")


@pytest.fixture
def faregate(monkeypatch, tmp_path, database_url, settings):
    """Runs a command against the test database, in an empty folder, as its own process would."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.chdir(tmp_path)

    async def run(*arguments):
        return await asyncio.to_thread(CliRunner().invoke, make_cli(arguments), arguments)

    return run


@pytest.fixture
async def failed_job(resources):
    """A job that nobody works on, and that has failed."""

    class Work(Job):
        kind = f"test_{secrets.token_hex(8)}"
        secret: str = "do-not-show-me"

    async with transaction(resources.engine) as session:
        await JobRepository(session, resources.secret_box).enqueue(Work())
        job_id = (await session.execute(FAIL, {"kind": Work.kind})).scalar_one()
        await session.execute(NOTE, {"kind": Work.kind, "id": job_id})
    yield job_id
    async with transaction(resources.engine) as session:
        await session.execute(DELETE, {"kind": Work.kind})


@pytest.fixture
def state_of(resources):
    """Where a job is, None for one that is no more."""

    async def state_of(job_id):
        async with jobs_opener(resources.engine, resources.secret_box)() as jobs:
            listed = await jobs.list_oldest(list(JobState), limit=10_000)
        return next(((job.state, job.failures) for job in listed if job.id == job_id), None)

    return state_of


async def test_a_failed_job_is_listed_with_what_went_wrong_and_not_with_what_it_was_about(
    faregate, failed_job
):
    result = await faregate("jobs", "list", "--state", "failed", "--limit", "10000")

    (line,) = [line for line in result.output.splitlines() if line.strip().startswith(f"{failed_job} ")]
    assert result.exit_code == 0
    assert "failed" in line
    assert " 12 " in line
    assert "the mail server answered 550" in line
    assert "do-not-show-me" not in result.output
    assert result.output.splitlines()[-1].endswith(" failed")


async def test_jobs_of_another_state_are_not_listed(faregate, failed_job):
    result = await faregate("jobs", "list", "--state", "waiting", "--limit", "10000")

    assert not any(line.strip().startswith(f"{failed_job} ") for line in result.output.splitlines())


async def test_a_failed_job_is_tried_again_with_all_its_attempts(faregate, failed_job, state_of):
    result = await faregate("jobs", "retry", str(failed_job))

    assert result.output == f"Job {failed_job} will be tried again.\n"
    assert await state_of(failed_job) == (JobState.WAITING, 0)


async def test_a_discarded_job_is_gone(faregate, failed_job, state_of):
    result = await faregate("jobs", "discard", str(failed_job))

    assert result.output == f"Job {failed_job} is discarded.\n"
    assert await state_of(failed_job) is None


@pytest.mark.parametrize("verb", ["retry", "discard"])
async def test_a_job_that_does_not_exist_is_complained_about(faregate, verb):
    result = await faregate("jobs", verb, "9223372036854775807")

    assert isinstance(result.exception, CommandError)
    assert "there is no job 9223372036854775807" in str(result.exception)


@pytest.mark.parametrize("arguments", [(), ("1", "--all-failed")])
async def test_what_is_to_be_retried_is_said_exactly_once(faregate, arguments):
    result = await faregate("jobs", "retry", *arguments)

    assert isinstance(result.exception, CommandError)


async def test_help_teaches(faregate, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    assert "--all-failed" in (await faregate("jobs", "retry", "--help")).output
    assert "Ctrl-C" in (await faregate("worker", "--help")).output
    assert "discard" in (await faregate("jobs")).output
