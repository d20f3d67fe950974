"""The second line of defence for secrets: what should never reach a log is blacked out if it does."""

import re
from collections.abc import Mapping

REDACTED = "[redacted]"

SECRET_TEXT = re.compile(
    r"fg_(?:live|test)_[0-9A-Za-z]+"  # API keys, whole or cut
    r"|\bfg[a-z]_[\w-]{16,}"  # opaque tokens: refresh, mailed, pending
    r"|eyJ[\w-]{8,}(?:\.[\w-]*)+"  # JSON web tokens
    r"|(?i:\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"  # Authorization values
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # the user and password of a URL
)
SECRET_NAME = re.compile(
    r"password|passwd|secret|token|pepper|authorization|cookie|credential|api[_-]?key$|signing[_-]?key",
    re.IGNORECASE,
)


def redact_text(text: str) -> str:
    """Black out whatever looks like a credential."""
    return SECRET_TEXT.sub(REDACTED, text)


def redact(value: object) -> object:
    """Black out secrets in a value of any shape: by the name of a member, or by the look of a text."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {name: redact_member(str(name), member) for name, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    return value


def redact_member(name: str, value: object) -> object:
    """Black out a member whose name says that it is secret, whatever it looks like."""
    if isinstance(value, bool | int | None):
        return value
    return REDACTED if SECRET_NAME.search(name) else redact(value)
