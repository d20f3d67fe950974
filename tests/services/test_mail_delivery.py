"""Where mails go: to a server if there is one, else to development's mailbox, else nowhere in silence."""

import pytest

from app.adapters.mailbox_folder import MailboxFolder
from app.adapters.missing_mailer import MissingMailer
from app.adapters.smtp_mailer import SmtpMailer
from app.core.clock import system_clock
from app.core.mail_settings import MailSettings
from app.services.mail_delivery import choose_mailer


@pytest.mark.parametrize(
    ("settings", "mailer"),
    [
        ({"host": "mail.example.org", "mailbox_folder": "mails"}, SmtpMailer),
        ({"mailbox_folder": "mails"}, MailboxFolder),
        ({"mailbox_folder": None}, MissingMailer),
    ],
    ids=["server", "mailbox", "nothing"],
)
def test_a_server_comes_before_the_mailbox_and_either_before_nothing(settings, mailer):
    assert isinstance(choose_mailer(MailSettings(**settings), clock=system_clock), mailer)
