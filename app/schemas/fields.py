"""Field types for outside input; lax conversions are refused (`true` is not 1, `"5"` is not 5)."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StrictBool, StringConstraints

CREDITS_MAX = 9_000_000_000_000_000
"""The largest balance and grant, in credits: well inside BIGINT and exact in every JSON reader (2^53)."""


def refuse_unstorable(text: str) -> str:
    """Refuse what PostgreSQL's UTF-8 text cannot hold: NUL and lone surrogates."""
    if "\x00" in text:
        message = "must not contain NUL characters"
        raise ValueError(message)
    if any("\ud800" <= character <= "\udfff" for character in text):
        message = "must be valid Unicode text"
        raise ValueError(message)
    return text


def refuse_numbers(value: object) -> object:
    """Refuse Unix timestamps where an RFC 3339 text is meant."""
    if isinstance(value, str | datetime):
        return value
    message = "must be an RFC 3339 date-time string"
    raise ValueError(message)


def to_utc(instant: datetime) -> datetime:
    """Express the same instant in UTC."""
    return instant.astimezone(UTC)


StorableStr = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Flag = StrictBool
Instant = Annotated[AwareDatetime, BeforeValidator(refuse_numbers), AfterValidator(to_utc)]
PositiveCredits = Annotated[int, Field(strict=True, ge=1, le=CREDITS_MAX)]
