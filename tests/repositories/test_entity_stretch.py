"""A stretch tells where to read on, and only if there is more."""

from app.repositories.entity_stretch import EntityStretch
from app.schemas.page import encode_cursor


def stretch_of(*places, size):
    return EntityStretch.of(places, size=size, place=int)


def test_one_more_than_asked_for_is_not_told_and_says_that_there_is_more():
    assert stretch_of(9, 7, 4, size=2) == EntityStretch((9, 7), encode_cursor(7))


def test_the_last_stretch_leads_nowhere_also_when_it_is_full_or_empty():
    assert stretch_of(9, 7, 4, size=3).next_cursor is None
    assert stretch_of(size=3) == EntityStretch((), None)
