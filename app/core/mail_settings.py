"""How mails leave."""

import re
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from app.core.settings_group import SettingsGroup

NOWHERE = "faregate@localhost"
NEEDED = "must be set, or FAREGATE_ACCOUNTS__SIGN_UP be closed: who signs up proves their address by mail"
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)*", re.ASCII)


class MailTls(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


def require_address(text: str) -> str:
    """Refuse what is no plain mail address."""
    if ADDRESS.fullmatch(text) is None:
        message = "must be a mail address"
        raise ValueError(message)
    return text


def require_one_line(text: str) -> str:
    """Refuse line breaks and other control characters."""
    if not text.isprintable():
        message = "must be one line of visible characters"
        raise ValueError(message)
    return text


class MailSettings(SettingsGroup):
    """The mail server, and who mails are from."""

    host: str | None = None
    """Left out: mails wait, or in development go to the mailbox page."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    username: str | None = None
    password: SecretStr | None = None
    tls: MailTls = MailTls.STARTTLS
    from_address: Annotated[str, AfterValidator(require_address)] = NOWHERE
    from_name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(require_one_line)] = (
        "Faregate"
    )
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10
    mailbox_folder: Path | None = None
    """In development, where mails are kept for the mailbox page if no server is set."""

    def complaints(self, *, needed: bool) -> dict[str, str]:
        """What production must not run with, by the name of the setting; `needed` where people sign up."""
        complaints = {}
        if self.mailbox_folder is not None:
            complaints["mailbox_folder"] = "is for development"
        if self.host is None:
            return complaints | ({"host": NEEDED} if needed else {})
        if self.tls is MailTls.NONE and not is_this_machine(self.host):
            complaints["tls"] = "must be starttls or tls, unless the host is localhost"
        if self.from_address == NOWHERE:
            complaints["from_address"] = "must be set to an address that may send through this host"
        if (self.username is None) != (self.password is None):
            complaints["username"] = "must be set together with the password"
        return complaints


def is_this_machine(host: str) -> bool:
    """Whether a mail server is on this very machine, so that nobody can listen on the way."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
