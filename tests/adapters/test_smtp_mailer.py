"""Mails by SMTP, to a real server."""

import pytest
from pydantic import SecretStr

from app.adapters.smtp_mailer import SmtpMailer
from app.core.clock import system_clock
from app.core.identifiers import new_id
from app.core.jobs import HopelessJobError, JobError
from app.core.mail import Mail
from app.core.mail_settings import MailSettings
from tests.factories.mail_server import mail_server, server_certificate


@pytest.fixture
def mail():
    return Mail(
        id=str(new_id()),
        to="ada@example.org",
        subject="Grüße, 世界",
        text="Line one\n.\nLine three: ünïcode\n",
        html="<p>Hello</p>",
    )


@pytest.fixture
async def server():
    async with mail_server() as running:
        yield running


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A server's certificate that this process trusts, for as long as the test lasts."""
    context, path = server_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return context


def mailer_to(server, **settings):
    values = {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "from_address": "gate@example.org",
        "from_name": "The Gate",
        "timeout_seconds": 5,
    }
    return SmtpMailer(MailSettings(**values | settings), clock=system_clock)


async def test_a_mail_arrives_as_it_was_written(server, mail):
    await mailer_to(server).deliver(mail)

    (arrived,) = server.mails
    assert server.recipients == ["ada@example.org"]
    assert arrived["Subject"] == "Grüße, 世界"
    assert str(arrived["From"]) == "The Gate <gate@example.org>"
    assert arrived["To"] == "ada@example.org"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Date"].datetime is not None
    assert arrived.get_content_type() == "multipart/alternative"
    assert arrived.get_body(("plain",)).get_content().replace("\r\n", "\n") == mail.text
    assert arrived.get_body(("html",)).get_content().strip() == mail.html


async def test_a_mail_that_is_sent_twice_has_one_message_id(server, mail):
    await mailer_to(server).deliver(mail)
    await mailer_to(server).deliver(mail)

    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{mail.id}@example.org>"


async def test_an_address_that_is_no_ascii_is_written_to(server, mail):
    unicode = Mail(id=mail.id, to="søren@example.org", subject="S", text="T", html="H")

    await mailer_to(server).deliver(unicode)

    assert server.recipients == ["søren@example.org"]


@pytest.mark.parametrize("code", [421, 450, 451, 452])
async def test_a_server_that_cannot_now_is_tried_again(server, mail, code):
    server.recipient_answers = [f"{code} try ada@example.org again later"]

    with pytest.raises(JobError) as refusal:
        await mailer_to(server).deliver(mail)

    assert not isinstance(refusal.value, HopelessJobError)
    assert str(code) in str(refusal.value)
    assert "ada" not in str(refusal.value)


@pytest.mark.parametrize("code", [550, 551, 552, 553, 554])
async def test_a_mailbox_that_is_refused_for_good_is_not_tried_again(server, mail, code):
    server.recipient_answers = [f"{code} no ada@example.org here"]

    with pytest.raises(HopelessJobError) as refusal:
        await mailer_to(server).deliver(mail)

    assert "ada" not in str(refusal.value)


async def test_a_mail_that_is_refused_for_good_is_not_tried_again(server, mail):
    server.data_answers = ["554 spam"]

    with pytest.raises(HopelessJobError):
        await mailer_to(server).deliver(mail)


async def test_a_server_that_is_not_there_is_tried_again(mail):
    async with mail_server() as server:
        pass

    with pytest.raises(JobError, match="the mail server cannot be used"):
        await mailer_to(server).deliver(mail)


async def test_a_server_that_says_nothing_is_given_up(server, mail):
    server.may_answer.clear()

    with pytest.raises(JobError, match="SMTPReadTimeoutError"):
        await mailer_to(server, timeout_seconds=0.2).deliver(mail)

    server.may_answer.set()


async def test_without_starttls_nothing_is_sent_in_clear(server, mail):
    with pytest.raises(JobError):
        await mailer_to(server, tls="starttls", username="gate", password="secret").deliver(mail)

    assert server.mails == []
    assert server.logins == []


async def test_starttls_comes_before_the_password(certificate, mail):
    async with mail_server(tls_context=certificate, require_starttls=True, auth_required=True) as server:
        mailer = mailer_to(server, tls="starttls", username="gate", password=SecretStr("secret"))
        await mailer.deliver(mail)

    assert server.logins == [("gate", "secret")]
    assert len(server.mails) == 1


async def test_tls_from_the_first_byte(certificate, mail):
    async with mail_server(tls=certificate) as server:
        await mailer_to(server, tls="tls").deliver(mail)

    assert len(server.mails) == 1


async def test_a_certificate_that_nobody_trusts_is_refused(tmp_path, mail):
    context, _ = server_certificate(tmp_path)
    async with mail_server(tls=context) as server:
        with pytest.raises(JobError):
            await mailer_to(server, tls="tls").deliver(mail)

    assert server.mails == []
