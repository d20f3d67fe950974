from datetime import UTC, date, datetime
from typing import Annotated

import pytest
from pydantic import StringConstraints, TypeAdapter, ValidationError

from app.schemas.fields import Day, StorableStr

Name = TypeAdapter(
    Annotated[StorableStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=5)]
)


def test_a_text_is_stripped_before_its_length_is_measured():
    assert Name.validate_python("  five5  ") == "five5"


@pytest.mark.parametrize("text", ["   ", "six666", "a\x00b", "a\ud800", 5, None], ids=ascii)
def test_a_text_out_of_bounds_or_one_that_cannot_be_stored_is_refused(text):
    with pytest.raises(ValidationError):
        Name.validate_python(text)


def test_a_day_is_a_date_in_the_one_spelling_of_rfc_3339():
    assert TypeAdapter(Day).validate_python("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-29",
        "2026-1-1",
        "20260117",
        "2026-01-17T00:00:00",
        "17.01.2026",
        "1768608000",
        1_768_608_000,
        "",
        None,
    ],
    ids=ascii,
)
def test_what_only_looks_like_a_day_is_refused(value):
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)


def test_a_moment_is_no_day():
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(datetime(2026, 1, 17, tzinfo=UTC))
