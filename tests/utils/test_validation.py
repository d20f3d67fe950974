import pytest

from app.utils.validation import is_single_line, is_storable


@pytest.mark.parametrize(
    ("text", "storable"),
    [
        ("", True),
        ("two\nlines", True),
        ("日本 😀", True),
        ("a\x00b", False),
        ("a\ud800", False),
        ("\udfff", False),
    ],
    ids=ascii,
)
def test_nul_and_lone_surrogates_cannot_be_stored(text, storable):
    assert is_storable(text) is storable


@pytest.mark.parametrize(
    ("text", "single"),
    [
        ("", True),
        ("日本 😀", True),
        ("two\nlines", False),
        ("a\rb", False),
        ("tab\tbed", False),
        ("bell\x07", False),
        ("next\x85line", False),
        ("line\u2028separator", False),
        ("paragraph\u2029separator", False),
    ],
    ids=ascii,
)
def test_a_single_line_has_no_breaks_and_no_control_characters(text, single):
    assert is_single_line(text) is single
