"""The checker from the command line: what it prints, and with which code it ends."""

import json

import pytest

from standards.command_line import main
from tests.standards.folders import CLEAN, write

SESSION = '"""Posts."""\n\nfrom sqlalchemy import select\n'
FOUND = {"app/services/post_service.py": SESSION}


@pytest.fixture
def clean(tmp_path):
    return write(tmp_path, CLEAN)


@pytest.fixture
def wrong(tmp_path):
    return write(tmp_path, CLEAN | FOUND)


def run(capsys, *arguments):
    code = main(["check", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_clean_project_ends_with_0(capsys, clean):
    assert run(capsys, clean) == (0, "No findings.\n", "")


def test_a_finding_ends_with_1_and_shows_the_line_and_a_caret(capsys, wrong):
    code, out, _ = run(capsys, wrong)

    assert code == 1
    assert out.splitlines()[:5] == [
        "LAY003: A service knows SQL",
        " --> app/services/post_service.py:3:24",
        "  |",
        "3 | from sqlalchemy import select",
        "  |                        ^^^^^^ a service asks a repository, not sqlalchemy",
    ]


def test_a_caret_counts_characters_not_bytes(capsys, tmp_path):
    line = 'WORD = "über", __import__("sqlalchemy"); import sqlalchemy\n'
    write(tmp_path, CLEAN | {"app/services/post_service.py": f'"""Posts."""\n\n{line}'})

    _, out, _ = run(capsys, tmp_path, "--select", "LAY003")

    shown, carets = out.splitlines()[3:5]
    start = carets.index("^")
    assert shown[start : carets.rindex("^") + 1] == "sqlalchemy"
    assert start == shown.rindex("sqlalchemy")


@pytest.mark.parametrize(
    "options", [("--ignore", "LAY"), ("--select", "NAM,SHP"), ("--select=LAY", "--ignore=LAY003")]
)
def test_what_is_not_asked_for_is_not_told(capsys, wrong, options):
    assert run(capsys, wrong, *options)[0] == 0


def test_the_project_chooses_rules_too(capsys, wrong):
    write(wrong, {"pyproject.toml": '[tool.standards]\nignore = ["LAY003"]\n'})

    assert run(capsys, wrong)[0] == 0


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("colour = 1", "[tool.standards] knows no colour"),
        ("package = 1", "[tool.standards] package must be a string"),
        ('ignore = "LAY"', "[tool.standards] ignore must be a list of strings"),
        ("function-lines-max = true", "[tool.standards] function-lines-max must be a whole number"),
        ('select = ["NOPE"]', "no rule is called NOPE"),
        ("= 1", "pyproject.toml"),
    ],
    ids=range(6),
)
def test_a_configuration_that_nobody_understands_ends_with_2(capsys, clean, table, complaint):
    write(clean, {"pyproject.toml": f"[tool.standards]\n{table}\n"})

    code, out, err = run(capsys, clean)

    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1


def test_what_is_not_python_ends_with_2(capsys, clean):
    write(clean, {"app/services/post_service.py": "def (:\n"})

    assert run(capsys, clean) == (2, "", "standards: app/services/post_service.py:1: invalid syntax\n")


def test_json_is_for_programs(capsys, wrong):
    code, out, _ = run(capsys, wrong, "--output", "json")

    assert code == 1
    assert json.loads(out) == [
        {
            "rule": "LAY003",
            "title": "A service knows SQL",
            "message": "a service asks a repository, not sqlalchemy",
            "path": "app/services/post_service.py",
            "line": 3,
            "column": 24,
            "end_column": 30,
        }
    ]


def test_github_gets_annotations(capsys, wrong):
    _, out, _ = run(capsys, wrong, "--output", "github")

    assert out == (
        "::error file=app/services/post_service.py,line=3,col=24,title=LAY003"
        "::a service asks a repository, not sqlalchemy\n"
    )


def test_sarif_names_the_rule_and_the_place(capsys, wrong):
    _, out, _ = run(capsys, wrong, "--output", "sarif")

    (log,) = json.loads(out)["runs"]
    (result,) = log["results"]
    (place,) = result["locations"]
    assert result["ruleId"] in {rule["id"] for rule in log["tool"]["driver"]["rules"]}
    assert place["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 24, "endColumn": 30}


def test_a_rule_is_explained(capsys):
    code, out, _ = run(capsys, "--explain", "LAY003")

    assert code == 0
    assert out.startswith("LAY003: A service knows SQL\n\n**Wants.**")


def test_an_unknown_rule_cannot_be_explained(capsys):
    assert run(capsys, "--explain", "NOPE") == (
        2,
        "",
        "standards: no rule is called NOPE; --list shows all\n",
    )


def test_the_rules_are_listed(capsys):
    code, out, _ = run(capsys, "--list", "--select", "LAY")

    assert code == 0
    assert out.startswith("LAY001  A controller reaches past the services\n")
    assert "NAM001" not in out
