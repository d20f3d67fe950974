"""The mails that wait to be sent to a test's own addresses."""

from sqlalchemy import text

from app.adapters.mail_composer import MailComposer
from app.api.resources import Resources
from app.core.database import transaction
from app.core.jobs import JobKind, SendMail
from app.core.mail import Mail
from app.core.secret_box import UnreadableSecretError

SINCE = text("""
    SELECT id, payload FROM pgqueuer.pgqueuer
    WHERE entrypoint = :kind AND id > :since
    ORDER BY id
""")
NEWEST = text("SELECT coalesce(max(id), 0) FROM pgqueuer.pgqueuer")


class Outbox:
    """Reads the queue as a worker would, and leaves it as it is."""

    def __init__(self, resources: Resources, since: int) -> None:
        self._resources = resources
        self._since = since
        self._composer = MailComposer(public_url=str(resources.settings.http.public_url), sender="Faregate")

    @classmethod
    async def open(cls, resources: Resources) -> "Outbox":
        """What is enqueued from now on."""
        async with transaction(resources.engine) as session:
            return cls(resources, (await session.execute(NEWEST)).scalar_one())

    async def to(self, address: str) -> list[Mail]:
        """The mails to an address that were asked for and committed, oldest first, as they will be sent."""
        return [self._composer.compose(job) for job in await self.jobs_to(address)]

    async def jobs_to(self, address: str) -> list[SendMail]:
        """The same before they are written: with template, values and links."""
        values = {"kind": JobKind.SEND_MAIL, "since": self._since}
        async with transaction(self._resources.engine) as session:
            rows = (await session.execute(SINCE, values)).all()
        jobs = [self._read(row.payload) for row in rows]
        return [job for job in jobs if job is not None and job.to == address]

    def _read(self, payload: bytes) -> SendMail | None:
        """A job; None for one that tests in another process, with another key, have asked for."""
        try:
            plain = self._resources.secret_box.open(payload, purpose=SendMail.purpose())
        except UnreadableSecretError:
            return None
        return SendMail.model_validate_json(plain)
