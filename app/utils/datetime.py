"""Instants, by the standard library alone."""

from datetime import UTC, datetime
from typing import Literal


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


def start_of(period: Literal["day", "month"], instant: datetime) -> datetime:
    """When the calendar day or month began, in UTC."""
    began = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return began.replace(day=1) if period == "month" else began


def months_later(first: datetime, months: int) -> datetime:
    """The first of the month so many months later, or earlier."""
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)
