from hypothesis import given
from hypothesis import strategies as st

from app.utils.string import inert_cell, on_one_line, slugify


def test_words_are_joined_by_hyphens():
    assert slugify("  Hello, World! 2 ", length_max=50) == "hello-world-2"


def test_accents_are_dropped_and_ligatures_taken_apart():
    assert slugify("Crème brûlée, ﬁn", length_max=50) == "creme-brulee-fin"


def test_a_text_without_ascii_words_has_no_slug():
    assert slugify("日本語 ¡¿!", length_max=50) == ""


def test_a_cut_slug_does_not_end_in_a_hyphen():
    assert slugify("abc def", length_max=4) == "abc"


@given(st.text(), st.integers(0, 30))
def test_a_slug_is_always_fit_for_a_url(text, length_max):
    slug = slugify(text, length_max=length_max)

    assert len(slug) <= length_max
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in slug.split("-") if slug)


@given(st.text())
def test_one_line_is_printable_whatever_was_typed(text):
    assert on_one_line(text, length_max=20).isprintable()
    assert len(on_one_line(text, length_max=20)) <= 20


@given(st.sampled_from("=+-@\t\r\n"), st.text())
def test_no_cell_begins_like_a_formula(start, rest):
    assert inert_cell(start + rest) == f"'{start}{rest}"


def test_other_cells_stay_as_they_are():
    assert [inert_cell(text) for text in ("", "a=1", "2026-01-01", "'x")] == ["", "a=1", "2026-01-01", "'x"]
