"""Every rule finds what its bad example shows, and nothing in its good one."""

import pytest

from standards.engine import chosen
from standards.page import page_of
from tests.standards.examples import findings_in

RULES = chosen((), ())
STATIC = [rule for rule in RULES if rule.family != "live"]
"""The others are about running applications; test_live.py runs their examples."""


@pytest.mark.parametrize("rule", STATIC, ids=lambda rule: rule.id)
def test_the_bad_example_has_that_finding_alone(rule):
    findings = findings_in(page_of(rule).bad, about=rule.id)

    assert [finding.rule_id for finding in findings] == [rule.id], findings


@pytest.mark.parametrize("rule", STATIC, ids=lambda rule: rule.id)
def test_the_good_example_has_no_finding(rule):
    assert page_of(rule).good

    findings = findings_in(page_of(rule).good, about=rule.id)

    assert findings == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_wants_and_why_and_how_to_get_there(rule):
    parts = page_of(rule).parts

    assert list(parts) == ["Wants", "Why", "Bad", "Good", "Fix"]
    assert all(parts.values())
