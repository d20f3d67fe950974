"""The rules of the house that no off-the-shelf linter knows."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.models import Base
from tests.conftest import ROOT

APP = ROOT / "app"
FILES = sorted(APP.rglob("*.py"))
FUNCTION_LINES_MAX = 40
FILE_LINES_MAX = 300
CONTROLLER_STATEMENTS_MAX = 8
HTTP_ERRORS = "app/api/problems.py"
TRANSACTIONS = "app/core/database.py"


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def functions_of(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_nobody_commits_but_the_unit_of_work():
    offenders = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        if name_of(path) != TRANSACTIONS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]

    assert offenders == []


def test_nobody_speaks_http_errors_but_the_problems():
    offenders = [
        name_of(path)
        for path in FILES
        if name_of(path) != HTTP_ERRORS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith(("fastapi", "starlette"))
        and "HTTPException" in {alias.name for alias in node.names}
    ]

    assert offenders == []


def test_functions_are_short():
    offenders = [
        f"{name_of(path)}:{function.lineno} {function.name}"
        for path in FILES
        for function in functions_of(path)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES_MAX
    ]

    assert offenders == []


def test_files_are_short():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}

    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_controllers_are_a_few_statements():
    offenders = [
        f"{name_of(path)} {function.name}"
        for path in (APP / "api" / "v1").glob("*.py")
        for function in functions_of(path)
        if len(statements_of(function)) > CONTROLLER_STATEMENTS_MAX
    ]

    assert offenders == []


def statements_of(function):
    """What a controller does, its docstring left aside."""
    body = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return [
        node for node in body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


def test_each_entity_has_a_file_that_is_named_after_it():
    for path in (APP / "models").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        entities = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and is_entity(node)]
        own = [] if path.stem in {"__init__", "base"} else [path.stem.title().replace("_", "")]

        assert entities == own, name_of(path)


def is_entity(definition):
    """Whether a class is mapped to a table."""
    names = [getattr(node.targets[0], "id", "") for node in definition.body if isinstance(node, ast.Assign)]
    return "__tablename__" in names


def test_no_function_hides_an_import():
    offenders = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        for function in functions_of(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert offenders == []


def test_statements_return_columns_and_never_entities():
    """Trap C: `UPDATE ... RETURNING entity` answers the stale one that the session has loaded already."""
    entities = {mapper.class_.__name__ for mapper in Base.registry.mappers} | {"model"}
    offenders = [
        f"{name_of(path)}:{node.lineno}"
        for path in (APP / "repositories").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "returning"
        if any(getattr(each, "id", getattr(each, "attr", "")) in entities for each in node.args)
    ]

    assert offenders == []


def test_settings_are_made_by_main_and_cli_alone():
    offenders = [
        name_of(path)
        for path in FILES
        if "Settings()" in path.read_text(encoding="utf-8")
        and name_of(path) != "app/main.py"
        and not name_of(path).startswith("app/cli/")
    ]

    assert offenders == []


@pytest.mark.parametrize("word", ["_helpers", "HACK", "XXX", "FIXME", "TODO"])
def test_nothing_is_left_for_later(word):
    assert [name_of(path) for path in FILES if word in path.read_text(encoding="utf-8")] == []


def test_imports_point_down():
    linter = shutil.which("lint-imports", path=Path(sys.executable).parent)
    assert linter is not None

    verdict = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert verdict.returncode == 0, verdict.stdout
