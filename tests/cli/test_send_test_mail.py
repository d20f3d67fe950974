"""`faregate send-test-mail` tries the mail settings."""

import asyncio

import pytest
from typer.testing import CliRunner

from app.cli.errors import CommandError
from app.cli.main import make_cli
from tests.factories.mail_server import mail_server


@pytest.fixture
def send(monkeypatch, tmp_path):
    """Runs the command in an empty folder with these mail settings."""
    monkeypatch.chdir(tmp_path)

    async def send(address, **settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"FAREGATE_MAIL__{name.upper()}", str(value))
        arguments = ["send-test-mail", address]
        return await asyncio.to_thread(CliRunner().invoke, make_cli(arguments), arguments)

    return send


async def test_the_mail_goes_to_the_server_that_is_set(send):
    async with mail_server() as server:
        result = await send("Ada@Example.org", host="127.0.0.1", port=server.port, tls="none")

    assert result.output == "A mail to ada@example.org was handed to 127.0.0.1.\n"
    assert server.recipients == ["ada@example.org"]


async def test_a_refusal_is_told_in_one_line(send):
    async with mail_server() as server:
        server.recipient_answers = ["550 no"]
        result = await send("ada@example.org", host="127.0.0.1", port=server.port, tls="none")

    assert isinstance(result.exception, CommandError)
    assert (
        str(result.exception) == "the mail was not sent: the mail server answered 550: SMTPRecipientRefused"
    )


async def test_in_development_it_is_kept_for_the_mailbox_page(send, tmp_path):
    result = await send("ada@example.org")

    assert "/dev/mailbox" in result.output
    assert len(list((tmp_path / ".data" / "mails").glob("*.eml"))) == 1
