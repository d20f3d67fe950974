"""The mailer of a deployment that has none."""

from app.core.jobs import JobError
from app.core.mail import Mail


class MissingMailer:
    """Sends nothing: the jobs fail, say why, and can be tried again when a server is set."""

    async def deliver(self, mail: Mail) -> None:  # noqa: ARG002 -- as every mailer
        """Refuse.

        Raises:
            JobError: always.
        """
        raise JobError("FAREGATE_MAIL__HOST is not set")
