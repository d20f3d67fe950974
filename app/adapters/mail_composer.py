"""Mails from Jinja2 templates: a text and an HTML part, in one layout."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from app.core.jobs import HopelessJobError, JobError, SendMail
from app.core.mail import Mail
from app.core.mail_text import neutral

TEMPLATES = Path(__file__).parent / "mail_templates"


class MailComposer:
    """Writes mails; what strangers chose can neither be markup, nor a header, nor a link in them."""

    def __init__(self, *, public_url: str, sender: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._templates.globals.update(public_url=self._public_url, sender=sender)

    def compose(self, job: SendMail) -> Mail:
        """Write the mail that a job asks for.

        Raises:
            HopelessJobError: its template lacks a value.
            JobError: it links to somewhere else than this worker's public URL.
        """
        values = self._values_of(job)
        try:
            return self._compose(job, values)
        # What templates complain about is our own words: the name of a value, never what it says.
        except TemplateError as error:
            message = f"the template {job.template} cannot be filled: {error}"
            raise HopelessJobError(message) from None

    def _compose(self, job: SendMail, values: Mapping[str, str | int]) -> Mail:
        subject, body = self._write(job.template, values)
        return Mail(
            id=job.id,
            to=job.to,
            subject=subject,
            text=self._templates.get_template("layout.txt.j2").render(body=body),
            html=self._templates.get_template(f"{job.template}.html.j2").render(values, subject=subject),
        )

    def _values_of(self, job: SendMail) -> Mapping[str, str | int]:
        for link in job.links.values():
            if not link.startswith(f"{self._public_url}/") or not link.isprintable() or " " in link:
                message = f"a link of {job.template} does not begin with {self._public_url}/"
                raise JobError(message)
        plain = {
            name: neutral(value) if isinstance(value, str) else value for name, value in job.values.items()
        }
        return plain | job.links

    def _write(self, template: str, values: Mapping[str, str | int]) -> tuple[str, str]:
        """The subject, which is the template's first line, and the text below it."""
        written = self._templates.get_template(f"{template}.txt.j2").render(values)
        subject, _, body = written.partition("\n")
        return subject.strip(), body.strip("\n")
