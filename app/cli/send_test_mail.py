"""`faregate send-test-mail`."""

import asyncio
from typing import Annotated

import typer

from app.cli.console import say
from app.cli.environment import complete_for_development, development_folder
from app.cli.errors import CommandError
from app.cli.users import read_email
from app.core.clock import system_clock
from app.core.identifiers import new_id
from app.core.jobs import JobError, SendMail
from app.core.mail import MailTemplate
from app.core.settings import Settings
from app.services.mail_delivery import build_mail_delivery

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="Whom to send it to.")]


def send_test_mail(address: AddressArgument) -> None:
    """Send a mail at once, past the queue, to try the mail settings."""
    job = SendMail(
        id=str(new_id()), template=MailTemplate.DELIVERY_TEST, to=read_email(address), values={}, links={}
    )
    settings = complete_for_development(Settings(), development_folder())
    delivery = build_mail_delivery(
        settings.mail, public_url=str(settings.http.public_url), clock=system_clock
    )
    try:
        asyncio.run(delivery.send(job))
    except JobError as error:
        message = f"the mail was not sent: {error}"
        raise CommandError(message) from None
    where = settings.mail.host or "the mailbox page, /dev/mailbox"
    say(f"A mail to {job.to} was handed to {where}.")
