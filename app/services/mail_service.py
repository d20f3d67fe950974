"""Mails: written and sent by a worker, after the transaction that asks for them has committed."""

from urllib.parse import quote

from app.core.identifiers import new_id
from app.core.jobs import SendMail
from app.core.mail import MailLink, MailTemplate
from app.repositories.job_repository import JobRepository


class MailService:
    """Asks for mails; none leaves while a transaction is open, and none if it is rolled back."""

    def __init__(self, jobs: JobRepository, *, public_url: str) -> None:
        self._jobs = jobs
        self._public_url = public_url.rstrip("/")

    async def send(self, template: MailTemplate, to: str, **values: str | int) -> None:
        """Send once the request's transaction commits.

        `to` is an address in its canonical form. Of the values only those that `link` made become links.
        """
        links = {name: str(value) for name, value in values.items() if isinstance(value, MailLink)}
        others = {name: value for name, value in values.items() if name not in links}
        await self._jobs.enqueue(
            SendMail(id=str(new_id()), template=template, to=to, values=others, links=links)
        )

    def link(self, path: str, *, token: str | None = None) -> MailLink:
        """A link into the configured public URL, whatever host the request named.

        The token stands in the fragment, which no browser sends and no server logs.
        """
        fragment = "" if token is None else f"#token={quote(token, safe='')}"
        return MailLink(f"{self._public_url}{path}{fragment}")
