"""A mailbox in a folder, for development: what would have been sent can be read there."""

import asyncio
import os
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from app.adapters.mail_message import mail_message
from app.core.clock import Clock
from app.core.mail import Mail
from app.core.mail_settings import NOWHERE

NAME = re.compile(r"[0-9a-f-]{36}", re.ASCII)
KEPT_MAX = 200
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail in the folder, and when it came."""

    mail: Mail
    sent_at: datetime


class MailboxFolder:
    """Keeps the newest mails as `.eml` files: every process of a development server sees the same."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def deliver(self, mail: Mail) -> None:
        """Keep one; the same mail again takes its own place."""
        await asyncio.to_thread(self._write, mail)

    async def newest(self) -> list[KeptMail]:
        """All that are kept, newest first."""
        return await asyncio.to_thread(self._read_all)

    async def find(self, mail_id: str) -> KeptMail | None:
        """One of them."""
        return await asyncio.to_thread(self._read, mail_id) if NAME.fullmatch(mail_id) else None

    def _write(self, mail: Mail) -> None:
        message = mail_message(mail, from_address=NOWHERE, from_name="Faregate", now=self._clock())
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{mail.id}.part"
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        part.rename(self._path_of(mail.id))
        for path in self._paths()[KEPT_MAX:]:
            path.unlink(missing_ok=True)

    def _read_all(self) -> list[KeptMail]:
        kept = (self._read(path.stem) for path in self._paths())
        return [each for each in kept if each is not None]

    def _read(self, mail_id: str) -> KeptMail | None:
        try:
            content = self._path_of(mail_id).read_bytes()
        except FileNotFoundError:
            return None
        message: EmailMessage = message_from_bytes(content, policy=default)
        mail = Mail(
            id=mail_id,
            to=str(message["To"]),
            subject=str(message["Subject"]),
            text=part_of(message, "plain"),
            html=part_of(message, "html"),
        )
        return KeptMail(mail, message["Date"].datetime)

    def _paths(self) -> list[Path]:
        """The mails' files, newest first: their names are ids that grow with time."""
        return sorted(self._folder.glob("*.eml"), reverse=True)

    def _path_of(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"


def part_of(message: EmailMessage, subtype: str) -> str:
    """The text or the HTML part."""
    part = message.get_body(preferencelist=(subtype,))
    return "" if part is None else str(part.get_content())
