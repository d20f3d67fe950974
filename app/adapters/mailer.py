"""What every way of sending mails promises."""

from typing import Protocol

from app.core.mail import Mail


class Mailer(Protocol):
    """Hands mails over to whoever delivers them."""

    async def deliver(self, mail: Mail) -> None:
        """Hand one mail over.

        Raises:
            JobError: it could not be; another attempt may help.
            HopelessJobError: it was refused for good.
        """
