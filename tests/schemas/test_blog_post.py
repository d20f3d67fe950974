import pytest
from pydantic import ValidationError

from app.schemas.blog_post import BlogPostCreate, BlogPostUpdate


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "t" * 201},
        {"title": None},
        {"title": 5},
        {"title": "a\x00b"},
        {"title": "two\nlines"},
        {"title": "t", "body": "b" * 100_001},
        {"title": "t", "body": None},
        {"title": "t", "slug": "mine"},
        {"title": "t", "status": "published"},
        {"title": "t", "author_id": "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"},
        {},
    ],
    ids=lambda values: str(values)[:40],
)
def test_a_draft_past_its_limits_is_refused(values):
    with pytest.raises(ValidationError):
        BlogPostCreate.model_validate(values)


def test_a_draft_at_its_limits_is_accepted():
    draft = BlogPostCreate.model_validate({"title": f" {'t' * 200} ", "body": "b" * 100_000})

    assert draft.title == "t" * 200


def test_a_change_holds_only_what_was_given():
    assert BlogPostUpdate.model_validate({"body": ""}).model_dump() == {"body": ""}


@pytest.mark.parametrize("name", ["title", "body"])
def test_null_is_not_the_same_as_left_out(name):
    with pytest.raises(ValidationError):
        BlogPostUpdate.model_validate({name: None})
