"""Field types for outside input; lax conversions are refused (`true` is not 1, `"5"` is not 5)."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StrictBool, StringConstraints

from app.utils.datetime import to_utc
from app.utils.validation import is_single_line, is_storable

CREDITS_MAX = 9_000_000_000_000_000
"""The largest balance and grant, in credits: well inside BIGINT and exact in every JSON reader (2^53)."""

RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}", re.ASCII)
FULL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
PLAIN_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)


def refuse_unstorable(text: str) -> str:
    """Refuse what PostgreSQL's UTF-8 text cannot hold."""
    if is_storable(text):
        return text
    message = "must be Unicode text without NUL characters"
    raise ValueError(message)


def refuse_lines(text: str) -> str:
    """Refuse line breaks and the like: a name has no use for them, what forges a log line or a mail has."""
    if is_single_line(text):
        return text
    message = "must be one line without control characters"
    raise ValueError(message)


def refuse_other_spellings(value: object) -> object:
    """Refuse texts that Pydantic would read as an integer, too: `5.0`, `1_000`, ` 5`."""
    if isinstance(value, str) and PLAIN_INTEGER.fullmatch(value) is None:
        message = "must be an integer"
        raise ValueError(message)
    return value


def refuse_numbers(value: object) -> object:
    """Refuse Unix timestamps, as numbers and as texts, where an RFC 3339 text is meant."""
    if isinstance(value, datetime) or (isinstance(value, str) and RFC_3339.match(value)):
        return value
    message = "must be an RFC 3339 date-time string"
    raise ValueError(message)


def refuse_other_days(value: object) -> object:
    """Refuse moments and Unix timestamps, as numbers and as texts, where a day of the calendar is meant."""
    if isinstance(value, str) and FULL_DATE.fullmatch(value):
        return value
    message = "must be an RFC 3339 full-date string, such as 2026-01-17"
    raise ValueError(message)


# A pattern rather than a validator: lengths and stripping that are added to a validated type run outside it.
PlainInteger = Annotated[int, BeforeValidator(refuse_other_spellings)]
"""An integer in a query, in the one spelling that JSON has for it."""
StorableStr = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
SingleLine = AfterValidator(refuse_lines)
"""For an annotation, after the constraints: `Annotated[StorableStr, StringConstraints(...), SingleLine]`."""
Flag = StrictBool
Instant = Annotated[AwareDatetime, BeforeValidator(refuse_numbers), AfterValidator(to_utc)]
Day = Annotated[date, BeforeValidator(refuse_other_days)]
PositiveCredits = Annotated[int, Field(strict=True, ge=1, le=CREDITS_MAX)]
