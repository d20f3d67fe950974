"""What those who carry on are given: hooks, templates, and a page for each decision."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
CHECK = (ROOT / "Makefile").read_text().partition("\ncheck:")[2].partition("\n\n")[0]
TEMPLATES = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))


@pytest.fixture
def begin(tmp_path):
    """Begins a page in a folder of its own: `begin("A title")`."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "docs/adr").mkdir(parents=True)
    (tmp_path / "scripts/new_adr.py").write_text((ROOT / "scripts/new_adr.py").read_text())
    (tmp_path / "docs/adr/0041-a-first.md").write_text("# 0041: A first\n")
    (tmp_path / "docs/adr/README.md").write_text(
        "# Decisions\n\n| | |\n|---|---|\n| [0041](0041-a-first.md) | A first |\n\nThe end.\n"
    )

    def begin(title):
        command = [sys.executable, tmp_path / "scripts/new_adr.py", title]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    begin.pages = tmp_path / "docs/adr"
    return begin


def test_a_decision_takes_the_next_number_and_is_listed(begin):
    result = begin("Who holds, settles.")

    assert result.returncode == 0, result.stderr
    page = (begin.pages / "0042-who-holds-settles.md").read_text()
    assert page.startswith("# 0042: Who holds, settles\n")
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## Context", "## Decision", "## Consequences", "## Alternatives",
    ]  # fmt: skip
    listed = (begin.pages / "README.md").read_text()
    assert listed.endswith(
        "| A first |\n| [0042](0042-who-holds-settles.md) | Who holds, settles |\n\nThe end.\n"
    )


@pytest.mark.parametrize("title", ["", " . ", "A first"], ids=["none", "dot", "known"])
def test_a_title_that_makes_no_page_changes_nothing(begin, title):
    before = sorted(begin.pages.iterdir())

    result = begin(title)

    assert result.returncode == 1
    assert "title" in result.stderr
    assert sorted(begin.pages.iterdir()) == before


def test_the_hooks_are_valid_to_the_tool_that_runs_them():
    command = [Path(sys.executable).with_name("prek"), "validate-config", ROOT / ".pre-commit-config.yaml"]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_no_hook_fetches_anything():
    assert {each["repo"] for each in HOOKS} == {"builtin", "local"}
    assert {hook["language"] for each in HOOKS for hook in each["hooks"] if each["repo"] == "local"} == {
        "system"
    }


@pytest.mark.parametrize(
    "tool", ["ruff check", "ruff format", "mypy", "lint-imports", "python -m standards check"]
)
def test_a_commit_is_judged_by_what_make_check_runs(tool):
    entries = [hook["entry"] for each in HOOKS for hook in each["hooks"] if "entry" in hook]

    assert f"/{tool}" in CHECK
    assert [entry for entry in entries if entry.startswith(f".venv/bin/{tool}")]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_an_issue_template_asks_for_something(template):
    form = yaml.safe_load(template.read_text())

    if template.stem == "config":
        assert form == {"blank_issues_enabled": True}
    else:
        assert {"name", "description", "body"} <= set(form)
        assert any(part.get("validations", {}).get("required") for part in form["body"])
