"""Comments that answer for a finding."""

import pytest

from tests.standards.examples import findings_in

IMPORT = "from sqlalchemy import select"


def ids(text):
    return [
        finding.rule_id for finding in findings_in({"app/services/post_service.py": f'"""P."""\n\n{text}\n'})
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{IMPORT}  # standards: ignore[LAY003] a report that is one query",
        f"# standards: ignore[LAY003] a report that is one query\n{IMPORT}",
        f"{IMPORT}  # standards: ignore[LAY001, LAY003] a report",
        f"{IMPORT}  # noqa: F401  # standards: ignore[LAY003] a report",
    ],
    ids=range(4),
)
def test_a_reason_suppresses_what_it_names(text):
    assert [each for each in ids(text) if each != "SUP002"] == []


@pytest.mark.parametrize(
    "comment", ["# standards: ignore[LAY003]", "# standards: ignore because", "# standards: ignore[] because"]
)
def test_without_a_reason_or_a_rule_nothing_is_suppressed(comment):
    assert ids(f"{IMPORT}  {comment}") == ["LAY003", "SUP001"]


def test_another_rule_is_not_suppressed():
    assert ids(f"{IMPORT}  # standards: ignore[LAY001] because") == ["LAY003", "SUP002"]


def test_a_string_is_no_comment():
    assert ids(f'{IMPORT}\n\nTEXT = "# standards: ignore[LAY003]"') == ["LAY003"]
