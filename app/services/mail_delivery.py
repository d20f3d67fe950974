"""What a worker does with a mail."""

from app.adapters.mail_composer import MailComposer
from app.adapters.mailbox_folder import MailboxFolder
from app.adapters.mailer import Mailer
from app.adapters.missing_mailer import MissingMailer
from app.adapters.smtp_mailer import SmtpMailer
from app.core.clock import Clock
from app.core.jobs import SendMail
from app.core.mail_settings import MailSettings


class MailDelivery:
    """Writes mails and hands them over; a mail that is sent twice has one Message-ID."""

    def __init__(self, composer: MailComposer, mailer: Mailer) -> None:
        self._composer = composer
        self._mailer = mailer

    async def send(self, job: SendMail) -> None:
        """Do the job.

        Raises:
            JobError: it could not be handed over.
        """
        await self._mailer.deliver(self._composer.compose(job))


def build_mail_delivery(settings: MailSettings, *, public_url: str, clock: Clock) -> MailDelivery:
    """Write mails in this deployment's name, and send them its way."""
    composer = MailComposer(public_url=public_url, sender=settings.from_name)
    return MailDelivery(composer, choose_mailer(settings, clock=clock))


def choose_mailer(settings: MailSettings, *, clock: Clock) -> Mailer:
    """A mail server if there is one, else the mailbox of development, else none."""
    if settings.host is not None:
        return SmtpMailer(settings, clock=clock)
    if settings.mailbox_folder is not None:
        return MailboxFolder(settings.mailbox_folder, clock=clock)
    return MissingMailer()
