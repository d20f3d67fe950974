"""Asking for mails: in the transaction, with links of our own."""

import secrets

import pytest

from app.core.database import transaction
from app.core.mail import MailTemplate
from app.repositories.job_repository import JobRepository
from app.services.mail_service import MailService


@pytest.fixture
def address():
    return f"person-{secrets.token_hex(8)}@example.org"


@pytest.fixture
def mails_of(resources):
    """The service in a transaction."""

    def mails_of(session):
        jobs = JobRepository(session, resources.secret_box)
        return MailService(jobs, public_url="https://gate.example.org/")

    return mails_of


async def test_a_mail_is_asked_for_when_its_transaction_commits(resources, mails_of, outbox, address):
    async with transaction(resources.engine) as session:
        await mails_of(session).send(MailTemplate.DELIVERY_TEST, address)
        assert await outbox.to(address) == []

    (mail,) = await outbox.to(address)

    assert mail.subject == "Mail works"
    assert mail.to == address


async def test_a_mail_is_not_asked_for_when_its_transaction_is_rolled_back(
    resources, mails_of, outbox, address
):
    async def ask_and_fail():
        async with transaction(resources.engine) as session:
            # The very first statement of the transaction: it must not run before one is open.
            await mails_of(session).send(MailTemplate.DELIVERY_TEST, address)
            raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError, match="afterwards"):
        await ask_and_fail()

    assert await outbox.to(address) == []


async def test_a_link_is_the_public_url_with_the_token_in_the_fragment(resources, mails_of):
    async with transaction(resources.engine) as session:
        link = mails_of(session).link("/verify-email", token="fgv_a+b")

    assert link == "https://gate.example.org/verify-email#token=fgv_a%2Bb"


async def test_only_links_of_the_service_are_kept_as_links(resources, mails_of, outbox, address):
    async with transaction(resources.engine) as session:
        mails = mails_of(session)
        await mails.send(
            MailTemplate.DELIVERY_TEST, address, url=mails.link("/x"), name="https://evil.example/", count=3
        )

    (job,) = await outbox.jobs_to(address)

    assert job.links == {"url": "https://gate.example.org/x"}
    assert job.values == {"name": "https://evil.example/", "count": 3}
