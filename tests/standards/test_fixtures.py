"""A whole project in which every rule is broken, and its twin in which none is."""

import pytest

from standards.engine import check_folder, chosen
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "standards" / "fixtures"
STATIC = {rule.id for rule in chosen((), ()) if rule.family != "live"}


def test_every_rule_finds_something_in_a_project_that_breaks_them_all():
    found = {finding.rule_id for finding in check_folder(FIXTURES / "violations")}

    assert found == STATIC


def test_the_clean_twin_has_no_finding():
    assert check_folder(FIXTURES / "clean") == []


@pytest.mark.parametrize("name", ["violations", "clean"])
def test_a_project_that_is_data_of_a_test_is_no_part_of_ours(name):
    findings = check_folder(ROOT, select=["SUP"])

    assert [each for each in findings if f"fixtures/{name}" in each.remark.path] == []
