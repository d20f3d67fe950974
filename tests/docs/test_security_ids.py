"""Each requirement that `docs/security.md` calls met is carried by at least one test that it names."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (SEC-\d\d) \|(.*)$", re.MULTILINE)
TEST = re.compile(r"`(tests/[^`]+)`")
MET, _, NOT_YET = (ROOT / "docs" / "security.md").read_text().partition("## Not yet")


@pytest.mark.parametrize(("requirement", "row"), ROW.findall(MET), ids=[each for each, _ in ROW.findall(MET)])
def test_a_requirement_that_is_met_is_carried_by_a_test(requirement, row):
    carried = [name for name in TEST.findall(row) if carries(name, requirement)]

    assert carried != []


def carries(name, requirement):
    """Whether a test, a file of tests or its first line tells this id."""
    path, _, function = name.partition("::")
    module = ast.parse((ROOT / path).read_text())
    tests = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    places = [module, *(node for node in tests if not function or node.name == function)]
    return any(requirement in (ast.get_docstring(place) or "") for place in places)


def test_what_is_not_met_says_why():
    later = re.findall(r"^\| (SEC-\d\d) \|[^|]*\|([^|]*)\|$", NOT_YET, re.MULTILINE)

    assert later != []
    assert [each for each, why in later if not why.strip()] == []
