"""The rules of the house that neither an off-the-shelf linter nor the checker of the standards knows."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

from app.models import Base
from tests.conftest import ROOT


def test_statements_return_columns_and_never_entities():
    """Trap C: `UPDATE ... RETURNING entity` answers the stale one that the session has loaded already."""
    entities = {mapper.class_.__name__ for mapper in Base.registry.mappers} | {"model"}
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "app" / "repositories").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "returning"
        if any(getattr(each, "id", getattr(each, "attr", "")) in entities for each in node.args)
    ]

    assert offenders == []


def test_imports_point_down():
    linter = shutil.which("lint-imports", path=Path(sys.executable).parent)
    assert linter is not None

    verdict = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert verdict.returncode == 0, verdict.stdout
