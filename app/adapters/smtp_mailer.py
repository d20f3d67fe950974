"""Mails by SMTP."""

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from app.adapters.mail_message import mail_message
from app.core.clock import Clock
from app.core.jobs import HopelessJobError, JobError
from app.core.mail import Mail
from app.core.mail_settings import MailSettings, MailTls

REFUSED_FOR_GOOD = range(550, 555)
"""No such mailbox, not allowed, too large, no such name, failed."""


class SmtpMailer:
    """Hands mails to the configured server, one connection each; STARTTLS is never left out in silence."""

    def __init__(self, settings: MailSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    async def deliver(self, mail: Mail) -> None:
        """Hand one mail to the server.

        Raises:
            JobError: the server is not there, or cannot now.
            HopelessJobError: the server refuses this mail for good (5yz, RFC 5321).
        """
        settings = self._settings
        message = mail_message(
            mail,
            from_address=settings.from_address,
            from_name=settings.from_name,
            now=self._clock(),
        )
        try:
            await aiosmtplib.send(
                message,
                sender=settings.from_address,
                recipients=[mail.to],
                hostname=settings.host,
                port=settings.port,
                username=settings.username,
                password=None if settings.password is None else settings.password.get_secret_value(),
                use_tls=settings.tls is MailTls.TLS,
                start_tls=settings.tls is MailTls.STARTTLS,
                timeout=settings.timeout_seconds,
                # Else the library asks the name service who we are, and waits for it.
                local_hostname=settings.from_address.rpartition("@")[2],
            )
        # The texts of the server and of the library name addresses: only their kind is told.
        except (SMTPException, OSError, ValueError) as error:
            raise failure_of(error) from None


def failure_of(error: Exception) -> JobError:
    """What went wrong, without a word that strangers wrote."""
    # One recipient each: who is refused is refused alone.
    refusal = error.recipients[0] if isinstance(error, SMTPRecipientsRefused) else error
    if not isinstance(refusal, SMTPResponseException):
        return JobError(f"the mail server cannot be used: {type(error).__name__}")
    failure = f"the mail server answered {refusal.code}: {type(refusal).__name__}"
    hopeless = isinstance(refusal, SMTPRecipientRefused | SMTPDataError) and refusal.code in REFUSED_FOR_GOOD
    return HopelessJobError(failure) if hopeless else JobError(failure)
