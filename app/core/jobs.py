"""Jobs: what is to be done after a transaction has committed, as small values that are stored.

A job runs at least once: a worker that dies after the work and before noting it leaves the job to another.
So every handler must bear being run twice with the same job.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from app.core.mail import MailTemplate

DEADLY = "its workers died over it"
"""What is told of a job that nobody takes any more."""


class JobKind(StrEnum):
    """What can be done: each kind has one class of jobs, and one handler."""

    SEND_MAIL = "send_mail"


class JobState(StrEnum):
    """Where a job is; one that is done is not kept."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"


class Job(BaseModel):
    """A job of one kind; its members are stored until it is done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[JobKind]

    @classmethod
    def purpose(cls) -> str:
        """What its stored members are sealed for: those of one kind are never read as another's."""
        return f"job:{cls.kind}"


class JobError(Exception):
    """An attempt has failed; it is stored and logged, so it says nothing that strangers wrote."""


class DeadlyJobError(JobError):
    """Every worker that took the job was killed over it, or fell silent: nobody takes it any more."""

    def __init__(self) -> None:
        super().__init__(DEADLY)


class HopelessJobError(JobError):
    """The job has failed, and another attempt would be no use."""


class SendMail(Job):
    """Write a mail from a template and send it."""

    kind: ClassVar[JobKind] = JobKind.SEND_MAIL

    id: str
    template: MailTemplate
    to: str
    values: dict[str, str | int]
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job as its list shows it; what it is about stays hidden."""

    id: int
    kind: str
    state: JobState
    failures: int
    """How many attempts have failed, or ended with their worker."""
    created_at: datetime
    next_run_at: datetime
    error: str | None
