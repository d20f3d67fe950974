from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.utils.datetime import months_later, to_utc


def test_an_instant_stays_the_same_and_is_told_in_utc():
    india = datetime(2026, 1, 17, 15, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    told = to_utc(india)

    assert told == india
    assert (told.tzinfo, told.hour, told.minute) == (UTC, 9, 30)


@pytest.mark.parametrize(
    "text",
    ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"],
    ids=["after the end", "before the start"],
)
def test_an_instant_outside_utcs_calendar_is_refused(text):
    with pytest.raises(ValueError, match="years 1 to 9999"):
        to_utc(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("months", "expected"),
    [(0, (2026, 11)), (1, (2026, 12)), (2, (2027, 1)), (-11, (2025, 12)), (-23, (2024, 12))],
)
def test_months_go_on_into_other_years(months, expected):
    later = months_later(datetime(2026, 11, 1, tzinfo=UTC), months)

    assert (later.year, later.month) == expected
