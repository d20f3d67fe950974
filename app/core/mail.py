"""What a mail is, before it is written and after."""

from dataclasses import dataclass
from enum import StrEnum


class MailTemplate(StrEnum):
    """What Faregate writes: `app/adapters/mail_templates/<value>.txt.j2` and `.html.j2`."""

    DELIVERY_TEST = "delivery_test"
    SECURITY_NOTICE = "security_notice"
    INVITATION = "invitation"
    SIGN_UP = "sign_up"
    SIGN_UP_KNOWN = "sign_up_known"
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of a template
    PASSWORD_RESET_UNKNOWN = "password_reset_unknown"  # noqa: S105 -- the name of a template
    REAUTHENTICATION = "reauthentication"
    EMAIL_CHANGE = "email_change"
    EMAIL_CHANGE_KNOWN = "email_change_known"


class MailLink(str):
    """A link that `MailService.link` made: the only kind of value that may become one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is ready to leave."""

    id: str
    """Stays the same when a mail is sent again, so that it can be told from a new one."""
    to: str
    subject: str
    text: str
    html: str
