import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.schemas.page import POSITION_MAX, CursorParams, PageParams, decode_cursor, encode_cursor


@pytest.mark.parametrize(
    "values",
    [{"page": 0}, {"page": 1_000_001}, {"size": 0}, {"size": 101}, {"page": "one"}, {"limit": 5}],
    ids=str,
)
def test_a_page_out_of_bounds_or_an_unknown_parameter_is_refused(values):
    with pytest.raises(ValidationError):
        PageParams.model_validate(values)


def test_the_first_page_of_twenty_is_the_default():
    params = PageParams()

    assert (params.page, params.size, params.offset) == (1, 20, 0)


@given(st.integers(0, POSITION_MAX))
def test_a_cursor_leads_back_to_its_position(position):
    assert decode_cursor(encode_cursor(position)) == position


@given(st.text(max_size=12).filter(lambda text: text != ""))
def test_only_texts_that_were_handed_out_are_cursors(text):
    try:
        position = decode_cursor(text)
    except ValueError:
        return

    assert encode_cursor(position) == text


@pytest.mark.parametrize(
    "cursor", ["", "5", "AAAAAAAAAAB", "__________8", "AAAAAAAAAAU=", " AAAAAAAAAAU", 5, True, b"AAAAAAAAAAU"]
)
def test_a_cursor_that_was_never_handed_out_is_refused(cursor):
    with pytest.raises(ValidationError, match="next_cursor"):
        CursorParams.model_validate({"cursor": cursor})


def test_a_stream_starts_at_its_newest_entry_without_a_cursor():
    assert CursorParams().cursor is None
