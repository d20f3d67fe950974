"""`faregate jobs`."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from app.cli.console import out, say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.cli.queue import open_queue
from app.core.jobs import JobState, StoredJob
from app.core.settings import Settings
from app.services.job_service import JobService

T = TypeVar("T")

jobs = typer.Typer(
    help="See what is waiting, running or failed; retry it or discard it.",
    no_args_is_help=True,
)

StateOption = Annotated[JobState | None, typer.Option(help="Only jobs in this state.")]
LimitOption = Annotated[int, typer.Option(min=1, max=10_000, help="How many to list, the oldest first.")]
JobArgument = Annotated[int, typer.Argument(metavar="ID", help="The job's number in the list.")]
OptionalJobArgument = Annotated[
    int | None, typer.Argument(metavar="ID", help="The job's number in the list.")
]
AllFailedOption = Annotated[bool, typer.Option("--all-failed", help="Every job that has failed.")]


@jobs.command("list")
def list_jobs(*, state: StateOption = None, limit: LimitOption = 50) -> None:
    """List jobs, the oldest first. What they are about is not shown."""
    states = list(JobState) if state is None else [state]
    answer = ask(lambda service: service.list_oldest(states, limit=limit))
    if answer.jobs:
        out.print(table_of(answer.jobs))
    say(", ".join(f"{count} {name}" for name, count in answer.counts.items()))


@jobs.command()
def retry(job: OptionalJobArgument = None, *, all_failed: AllFailedOption = False) -> None:
    """Let a failed or waiting job be due at once, with all its attempts before it."""
    if (job is None) is not all_failed:
        message = "give the ID of a job, or --all-failed"
        raise CommandError(message)
    if job is None:
        say(f"{ask(lambda service: service.retry_all_failed())} failed jobs will be tried again.")
    elif ask(lambda service: service.retry(job)):
        say(f"Job {job} will be tried again.")
    else:
        raise no_such_job(job)


@jobs.command()
def discard(job: JobArgument) -> None:
    """Forget a failed or waiting job: it is never done."""
    if not ask(lambda service: service.discard(job)):
        raise no_such_job(job)
    say(f"Job {job} is discarded.")


def no_such_job(job: int) -> CommandError:
    """Why a job cannot be retried or discarded."""
    return CommandError(f"there is no job {job} that has failed or waits; see `faregate jobs list`")


def ask(question: Callable[[JobService], Awaitable[T]]) -> T:
    """Put a question to the queue of the database at hand."""
    with database_at_hand() as settings:
        return asyncio.run(answer_of(settings, question))


async def answer_of(settings: Settings, question: Callable[[JobService], Awaitable[T]]) -> T:
    """What the service says."""
    async with open_queue(settings) as open_jobs:
        kept = timedelta(days=settings.jobs.failed_kept_days)
        return await question(JobService(open_jobs, failed_kept=kept))


def table_of(listed: list[StoredJob]) -> Table:
    """The jobs as lines."""
    table = Table("ID", "Kind", "State", "Failures", "Created", "Due", "Last failure", box=None)
    for job in listed:
        table.add_row(
            str(job.id),
            job.kind,
            job.state,
            str(job.attempts + (job.state is JobState.FAILED)),
            f"{job.created_at:%Y-%m-%d %H:%M:%S}",
            "" if job.state is JobState.FAILED else f"{job.next_run_at:%Y-%m-%d %H:%M:%S}",
            job.error or "",
        )
    return table
