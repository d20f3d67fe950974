import pytest

from app.api.etag import content_tag, strong_versions, version_tag, weakly_matches
from app.schemas.page import Page


@pytest.mark.parametrize(
    ("header", "opaques"),
    [
        ('"3"', {"3"}),
        ('"3", "4"', {"3", "4"}),
        ('"3","4"', {"3", "4"}),
        (' , "3" ,, "4",', {"3", "4"}),
        ('W/"3", "4"', {"4"}),
        ('w/"3"', set()),
        ('"a,b", "c"', {"a,b", "c"}),
        ("3", set()),
        ("", set()),
        ('"3', set()),
        ("*", set()),
    ],
)
def test_only_strong_tags_may_guard_a_write(header, opaques):
    assert strong_versions(header) == opaques


@pytest.mark.parametrize("header", ['"3"', 'W/"3"', '"1", W/"3"', "*", " * "])
def test_a_read_is_spared_by_weak_tags_too(header):
    assert weakly_matches(header, '"3"')


@pytest.mark.parametrize("header", ['"4"', 'W/"33"', "3", "", '"*"'])
def test_a_read_is_not_spared_by_other_tags(header):
    assert not weakly_matches(header, '"3"')


def test_a_tag_of_content_changes_with_any_part_of_it():
    one = Page[str](items=["a"], total=1, page=1, size=20, pages=1)
    other = one.model_copy(update={"total": 2})

    assert content_tag(one) == content_tag(one.model_copy())
    assert content_tag(one) != content_tag(other)


def test_a_tag_of_a_version_is_strong():
    assert version_tag(3) == '"3"'
