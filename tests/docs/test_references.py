"""What the documents name exists: pages, paths, tests, codes, scopes, plans, versions."""

import re
import tomllib
from pathlib import PurePath

import pytest

from app.api.problem_pages import known_errors
from app.core.admission import Code
from app.core.audit import AuditAction
from app.core.scopes import DEVELOPER_SCOPES, MEMBER_SCOPES, OPERATOR_SCOPES, VIEWER_SCOPES, Scope
from tests.docs.documents import ROOT, Document, documents

ROOMS = "app|alembic|benchmarks|docs|requirements|tests|\\.ci|\\.github"
PATH = re.compile(rf"(?:{ROOMS})/[\w./*-]*|[\w.-]+\.(?:md|toml|yaml|ini)|\.env\.example|Dockerfile|Makefile")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
FAMILIES = {"payment_required", "forbidden", "too_many_requests", "unprocessable", "unavailable"}


def rows_of(document, columns):
    """The rows of the tables with this many columns."""
    rows = [line.strip("|").split("|") for line in document.prose.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if len(row) == columns]


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_every_link_leads_somewhere(document):
    for target in document.links:
        place, _, anchor = target.partition("#")
        aim = (document.path.parent / place).resolve() if place else document.path

        assert aim.exists(), f"{document.name} links to {target}"
        if anchor:
            assert anchor in Document(str(aim.relative_to(ROOT))).anchors, f"{document.name}: {target}"


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_every_path_that_is_named_exists(document):
    named = {code for code in document.codes if PATH.fullmatch(code)}

    missing = [path for path in named if not (ROOT / path).exists() and not list(ROOT.glob(path))]

    assert [path for path in missing if not (document.path.parent / path).exists()] == []


@pytest.mark.parametrize("name", ["docs/standards.md", "docs/security.md", "docs/reliability.md"])
def test_every_test_that_is_named_exists(name):
    named = [TEST.fullmatch(code) for code in Document(name).codes if "::" in code]
    assert named

    missing = [match[0] for match in named if f"def {match[2]}(" not in (ROOT / match[1]).read_text()]

    assert missing == []


def test_every_requirement_has_a_test_or_a_reason():
    told = re.findall(
        r"SEC-(\d\d)(?: to SEC-(\d\d))?", " ".join(row[0] for row in rows_of(Document("docs/security.md"), 3))
    )

    ids = [number for first, last in told for number in range(int(first), int(last or first) + 1)]

    assert sorted(ids) == list(range(1, 70))


def test_every_met_requirement_names_its_tests():
    met, _, _ = Document("docs/security.md").text.partition("## Not yet")

    rows = [line for line in met.splitlines() if line.startswith("| SEC-")]

    assert [row for row in rows if "`tests/" not in row] == []


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), {"README.md"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        document = Document(name)
        aims = [(document.path.parent / target.partition("#")[0]).resolve() for target in document.links]
        found = {str(aim.relative_to(ROOT)) for aim in aims if aim.suffix == ".md"}
        waiting |= found - reached

    # The forge finds its own templates.
    assert {each.name for each in documents() if not each.name.startswith(".github/")} <= reached


def test_every_decision_has_the_four_headings_and_a_line_in_the_list():
    decisions = [document for document in documents() if PurePath(document.name).match("docs/adr/0*.md")]
    listed = Document("docs/adr/README.md").links

    for number, decision in enumerate(decisions, start=1):
        title = decision.text.splitlines()[0]
        headings = re.findall(r"^## (.+)$", decision.text, re.MULTILINE)

        assert title.startswith(f"# {number:04}: ")
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"]
        assert PurePath(decision.name).name in listed


def test_the_table_of_errors_is_the_tree_of_errors():
    told = {
        (int(row[0]), row[1].strip("`")) for row in rows_of(Document("docs/errors.md"), 3) if row[0].isdigit()
    }

    answered = {(error.status, error.code) for error in known_errors() if error.code not in FAMILIES}

    assert told == answered


def test_the_families_of_errors_are_told():
    assert {error.code for error in known_errors()} >= FAMILIES
    assert set(Document("docs/errors.md").codes) >= FAMILIES


def test_the_verdicts_are_told_in_the_order_in_which_they_are_looked_for():
    told = [row[0].strip("`") for row in rows_of(Document("docs/gate.md"), 3) if row[0].strip("`").isupper()]

    assert told == [code.value for code in Code]


def test_the_table_of_scopes_is_what_roles_may_do():
    rows = [row for row in rows_of(Document("docs/authentication.md"), 5) if row[0].startswith("`")]
    told = {
        scope: tuple(cell == "yes" for cell in row[1:])
        for row in rows
        for scope in re.findall(r"`([^`]+)`", row[0])
    }

    roles = (MEMBER_SCOPES, DEVELOPER_SCOPES, VIEWER_SCOPES, OPERATOR_SCOPES)

    assert told == {scope.value: tuple(scope in held for held in roles) for scope in Scope}


def test_every_action_of_the_audit_trail_is_told_once():
    rows = [row for row in rows_of(Document("docs/audit.md"), 2) if row[0].startswith("`")]

    told = [action for row in rows for action in re.findall(r"`([^`]+)`", row[0])]

    assert sorted(told) == sorted(AuditAction)


def test_the_changelog_knows_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert version in Document("CHANGELOG.md").text
