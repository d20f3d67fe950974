"""`faregate jobs`."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer

from app.cli.console import say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.cli.queue import open_queue
from app.core.jobs import JobState, StoredJob
from app.core.settings import Settings
from app.services.job_service import JobService

T = TypeVar("T")
HEADING = ("ID", "KIND", "STATE", "FAILURES", "CREATED", "DUE", "LAST FAILURE")
MOMENT = "%Y-%m-%d %H:%M:%S"

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
    for line in lines_of(answer.jobs) if answer.jobs else ():
        say(line)
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


def lines_of(listed: list[StoredJob]) -> list[str]:
    """The jobs as aligned lines below a heading; no terminal's width cuts them."""
    rows = [HEADING, *(cells_of(job) for job in listed)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def cells_of(job: StoredJob) -> tuple[str, ...]:
    """What is shown of a job."""
    has_failed = job.state is JobState.FAILED
    return (
        str(job.id),
        job.kind,
        job.state,
        str(job.failures),
        f"{job.created_at:{MOMENT}}",
        "" if has_failed else f"{job.next_run_at:{MOMENT}}",
        job.error or "",
    )
