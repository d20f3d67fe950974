"""The mailer's twin for tests."""

from app.core.mail import Mail


class MemoryMailer:
    """Keeps mails instead of sending them."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def deliver(self, mail: Mail) -> None:
        """Keep one."""
        self.sent.append(mail)
