"""`faregate worker`."""

import asyncio
import signal

from app.cli.console import complain, say
from app.cli.environment import database_at_hand
from app.cli.queue import open_engine
from app.cli.secret_box import build_secret_box
from app.core.clock import system_clock
from app.core.logging import configure_logging
from app.core.settings import Settings
from app.repositories.housekeeping_repository import housekeeping_opener
from app.repositories.job_repository import jobs_opener
from app.repositories.partition_repository import partitions_opener
from app.services.worker import build_worker


def worker() -> None:
    """Work on jobs, such as sending mails, until Ctrl-C or SIGTERM; for production.

    Any number of workers share the jobs of one database. When told to stop, a worker takes no new job,
    lets those that run end for 8 seconds and gives the others back. If it is killed, another does its jobs.
    """
    with database_at_hand() as settings:
        configure_logging(settings.logging, settings.environment)
        if settings.mail.host is None and settings.mail.mailbox_folder is None:
            complain("warning: FAREGATE_MAIL__HOST is not set; mails wait until it is")
        asyncio.run(work(settings))


async def work(settings: Settings) -> None:
    """Work until a signal says stop."""
    async with open_engine(settings) as engine:
        secret_box = build_secret_box(settings)
        job_worker = build_worker(
            settings,
            open_jobs=jobs_opener(engine, secret_box),
            open_housekeeping=housekeeping_opener(engine),
            open_partitions=partitions_opener(settings.database),
            secret_box=secret_box,
            clock=system_clock,
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, job_worker.stop)
        say("Working on jobs. Ctrl-C stops.")
        await job_worker.run()
