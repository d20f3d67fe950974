"""A worker with all it can do."""

from datetime import timedelta

from app.adapters.job_worker import JobWorker
from app.core.clock import Clock
from app.core.database import connect
from app.core.jobs import SendMail
from app.core.secret_box import SecretBox
from app.core.settings import Settings
from app.repositories.housekeeping_repository import OpenHousekeeping
from app.repositories.job_repository import OpenJobs
from app.repositories.partition_repository import OpenPartitions
from app.services.housekeeping_service import HousekeepingService
from app.services.job_handlers import JobHandlers
from app.services.job_service import JobService
from app.services.mail_delivery import build_mail_delivery
from app.services.partition_service import PartitionService

EVERY_HOUR = "17 * * * *"
EVERY_DAY = "43 3 * * *"


def build_worker(
    settings: Settings,
    *,
    open_jobs: OpenJobs,
    open_housekeeping: OpenHousekeeping,
    open_partitions: OpenPartitions,
    secret_box: SecretBox,
    clock: Clock,
) -> JobWorker:
    """Put a worker together: in a serving process, and in one of its own, it does the same."""
    mails = build_mail_delivery(settings.mail, public_url=str(settings.http.public_url), clock=clock)
    handlers = JobHandlers(secret_box)
    handlers.register(SendMail, mails.send)
    housekeeping = HousekeepingService(open_housekeeping, settings=settings.sessions, clock=clock)
    jobs = JobService(open_jobs, failed_kept=timedelta(days=settings.jobs.failed_kept_days))
    partitions = PartitionService(open_partitions, usage=settings.usage, ledger=settings.ledger)
    return JobWorker(
        lambda: connect(settings.database),
        settings.jobs,
        handlers=handlers,
        chores={
            ("forget_old_jobs", EVERY_HOUR): jobs.forget_old,
            ("forget_old_credentials", EVERY_HOUR): housekeeping.forget_old,
            ("maintain_partitions", EVERY_DAY): partitions.maintain,
        },
    )
