"""Instants, by the standard library alone."""

from datetime import UTC, datetime


def to_utc(instant: datetime) -> datetime:
    """The same instant, told in UTC.

    Raises:
        ValueError: it lies outside the years 1 to 9999 there.
    """
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        message = "must lie in the years 1 to 9999, in UTC"
        raise ValueError(message) from None
