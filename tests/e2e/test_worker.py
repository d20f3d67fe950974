"""`faregate worker` processes: killed in the middle of a mail, told to stop, and beside each other."""

import asyncio
import os
import secrets
import signal
import sys
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from app.core.database import create_engine, transaction
from app.core.jobs import JobState
from app.core.mail import MailTemplate
from app.core.secret_box import SecretBox
from app.repositories.job_repository import JobRepository, jobs_opener
from app.services.mail_service import MailService
from tests.conftest import ROOT, migrate
from tests.e2e.launch import clean_environment
from tests.e2e.servers import Server
from tests.factories.mail_server import mail_server

pytestmark = pytest.mark.long

PATIENCE_SECONDS = 60


class Deployment:
    """A database of its own, a mail server, and workers."""

    def __init__(self, settings, mails):
        self.settings = settings
        self.mails = mails
        self.engine = create_engine(settings.database, pool_size=2)
        secrets_ = settings.secrets
        self.box = SecretBox(secrets_.encryption_keys, current_key_id=secrets_.encryption_key_id)
        self.workers = []
        self.variables = {
            "FAREGATE_HTTP__PUBLIC_URL": "http://test",
            "FAREGATE_MAIL__HOST": "127.0.0.1",
            "FAREGATE_MAIL__PORT": str(self.mails.port),
            "FAREGATE_MAIL__TLS": "none",
            "FAREGATE_MAIL__TIMEOUT_SECONDS": "30",
            "FAREGATE_JOBS__HEARTBEAT_SECONDS": "1",
            "FAREGATE_JOBS__RETRY_SECONDS": "0.1",
        }

    async def send(self, *addresses):
        """Ask for mails."""
        async with transaction(self.engine) as session:
            service = MailService(JobRepository(session, self.box), public_url="http://test")
            for address in addresses:
                await service.send(MailTemplate.DELIVERY_TEST, address)

    async def start(self):
        """Start a worker process."""
        process = await self.command("worker")
        self.workers.append(process)
        return process

    async def command(self, *arguments):
        """Begin a command in a process of its own."""
        own = self.settings.secrets
        environment = clean_environment(
            FAREGATE_ENVIRONMENT="test",
            DATABASE_URL=self.settings.database.url.get_secret_value(),
            FAREGATE_SECRETS__API_KEY_PEPPER=own.api_key_pepper.get_secret_value(),
            FAREGATE_SECRETS__ENCRYPTION_KEY=own.encryption_key.get_secret_value(),
            **self.variables,
        )
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", *arguments),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def jobs(self, *states):
        """The jobs in the queue."""
        async with jobs_opener(self.engine, self.box)() as jobs:
            return await jobs.list_oldest(states or list(JobState), limit=1_000)

    async def empty(self):
        """Leave no job to the next test."""
        async with transaction(self.engine) as session:
            await session.execute(text("DELETE FROM pgqueuer.pgqueuer"))
        await self.engine.dispose()

    async def until_failed(self, number):
        """Wait until so many jobs have failed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(await self.jobs(JobState.FAILED)) < number:
                await asyncio.sleep(0.05)

    async def until_done(self):
        """Wait until nothing is left to do."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.jobs():
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def own_settings(settings, database_url):
    """Settings with a database of its own: a whole worker would take the jobs of all other tests."""
    name = f"worker_{uuid4().hex}"
    url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
    server = create_engine(settings.database, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}"'))
    await asyncio.to_thread(migrate, url)
    yield settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": SecretStr(url)})}
    )
    async with server.connect() as connection:
        await connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    await server.dispose()


@pytest.fixture
async def deployment(own_settings):
    async with mail_server() as mails:
        deployment = Deployment(own_settings, mails)
        yield deployment
        mails.may_answer.set()
        for process in deployment.workers:
            if process.returncode is None:
                process.kill()
                await process.wait()
        await deployment.empty()


def an_address():
    return f"person-{secrets.token_hex(8)}@example.org"


async def test_a_job_whose_worker_is_killed_is_done_by_another(deployment):
    deployment.mails.may_answer.clear()
    await deployment.send("ada@example.org")
    first = await deployment.start()
    # The whole mail has been handed over; the answer is not given.
    await asyncio.wait_for(deployment.mails.received.wait(), PATIENCE_SECONDS)
    assert [job.state for job in await deployment.jobs()] == [JobState.RUNNING]

    os.kill(first.pid, signal.SIGKILL)
    await first.wait()
    deployment.mails.may_answer.set()
    await deployment.start()
    await deployment.until_done()

    # At least once: the mail server may have accepted what the killed worker could not note.
    ids = {mail["Message-ID"] for mail in deployment.mails.mails}
    assert len(ids) == 1
    assert deployment.mails.recipients == ["ada@example.org"] * 2


async def test_a_job_that_kills_every_worker_is_given_up_and_shown(deployment):
    deployment.variables["FAREGATE_JOBS__ATTEMPTS_MAX"] = "2"
    deployment.mails.may_answer.clear()
    await deployment.send("ada@example.org")
    for _ in range(2):
        worker = await deployment.start()
        await asyncio.wait_for(deployment.mails.received.wait(), PATIENCE_SECONDS)
        deployment.mails.received.clear()
        os.kill(worker.pid, signal.SIGKILL)
        await worker.wait()

    await deployment.start()
    await deployment.until_failed(1)

    listing = await deployment.command("jobs", "list", "--state", "failed")
    output, _ = await asyncio.wait_for(listing.communicate(), PATIENCE_SECONDS)
    assert "its workers died over it" in output.decode()
    assert deployment.mails.recipients == ["ada@example.org"] * 2


async def test_two_workers_send_two_hundred_mails_once_each(deployment):
    addresses = [an_address() for _ in range(200)]
    await deployment.start()
    await deployment.start()

    await deployment.send(*addresses)
    await deployment.until_done()

    assert sorted(deployment.mails.recipients) == sorted(addresses)
    assert len(deployment.mails.mails) == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(deployment, number):
    deployment.mails.may_answer.clear()
    await deployment.send("ada@example.org")
    worker = await deployment.start()
    await asyncio.wait_for(deployment.mails.received.wait(), PATIENCE_SECONDS)

    worker.send_signal(number)
    deployment.mails.may_answer.set()
    output, _ = await asyncio.wait_for(worker.communicate(), PATIENCE_SECONDS)

    assert worker.returncode == 0
    assert output.decode() == "Working on jobs. Ctrl-C stops.\n"
    assert len(deployment.mails.mails) == 1
    assert await deployment.jobs() == []


async def test_a_mail_server_that_cannot_now_is_asked_again(deployment):
    deployment.mails.recipient_answers = ["451 try again later", "451 try again later"]
    await deployment.start()

    await deployment.send("ada@example.org")
    await deployment.until_done()

    assert len(deployment.mails.mails) == 1


async def test_a_worker_writes_neither_addresses_nor_what_servers_say(deployment):
    deployment.mails.recipient_answers = ["550 no ada@example.org here"]
    worker = await deployment.start()
    await deployment.send("ada@example.org")
    await deployment.until_failed(1)

    worker.terminate()
    output, _ = await asyncio.wait_for(worker.communicate(), PATIENCE_SECONDS)

    (job,) = await deployment.jobs()
    assert job.error == "the mail server answered 550: SMTPRecipientRefused"
    assert b"550" in output
    assert b"ada@" not in output


async def test_all_failed_jobs_are_tried_again_when_an_operator_says_so(deployment):
    deployment.mails.recipient_answers = ["550 no", "550 no"]
    addresses = [an_address(), an_address()]
    await deployment.start()
    await deployment.send(*addresses)
    await deployment.until_failed(2)

    retry = await deployment.command("jobs", "retry", "--all-failed")
    output, _ = await asyncio.wait_for(retry.communicate(), PATIENCE_SECONDS)
    await deployment.until_done()

    assert output.decode() == "2 failed jobs will be tried again.\n"
    assert sorted(deployment.mails.recipients) == sorted(addresses)


async def test_serving_processes_are_workers_too_where_a_setting_says_so(deployment, own_settings, tmp_path):
    server = Server(
        own_settings,
        tmp_path,
        FAREGATE_JOBS__IN_SERVER="true",
        FAREGATE_HTTP__WORKERS="2",
        **deployment.variables,
    )
    server.start()
    await asyncio.to_thread(server.await_ready)
    addresses = [an_address() for _ in range(30)]

    try:
        await deployment.send(*addresses)
        await deployment.until_done()
    finally:
        await asyncio.to_thread(server.stop)

    assert sorted(deployment.mails.recipients) == sorted(addresses)
