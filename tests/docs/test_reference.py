"""The pages of the reference say what the code says."""

import pytest

from manual.pages import ROOT, defaults, reference

PAGES = [f"docs/reference/{name}.md" for name in ("commands", "problems", "routes", "scopes", "settings")]


@pytest.fixture(scope="module")
def made(app):
    """Every page, made anew."""
    return reference(app.openapi(), defaults())


@pytest.mark.parametrize("name", [*PAGES, "docs/standards-rules.md"])
def test_a_page_of_the_reference_is_what_the_code_says(made, name):
    assert (ROOT / name).read_text() == made[name], "python -m manual"


def test_there_is_no_page_that_nobody_makes(made):
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/reference").iterdir()} == set(PAGES)
    assert set(made) == {*PAGES, "docs/standards-rules.md"}
