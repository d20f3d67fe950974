"""The guide that every team begins with is followed to the letter, in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "first-entity.md"
BLOCK = re.compile(r"^```(sh|diff)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = {"sh": ["bash", "-euo", "pipefail"], "diff": ["git", "apply"]}


def run(command, cwd, text=""):
    """Run a command of the guide as a newcomer would: nothing of this test run is in its environment."""
    ours = ("FAREGATE_", "PYTEST_", "DATABASE_URL", "GIT_", "MAKE", "MFLAGS", "ARGS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # The environment that is lent to the copy has this repository installed; the copy comes first.
    environment |= {"PYTHONPATH": str(cwd), "TEST_PROCESSES": "0"}
    done = subprocess.run(
        command,
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture
def checkout(tmp_path):
    """A copy of the repository with the installed environment of this one."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a Git checkout")
    copy = tmp_path / "faregate"
    for name in run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], ROOT).splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    # What is known of unchanged files need not be found out again.
    for cache in (".mypy_cache", ".ruff_cache"):
        if (ROOT / cache).is_dir():
            shutil.copytree(ROOT / cache, copy / cache)
    venv = copy / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(Path(sys.prefix) / name)
    (venv / ".installed").touch()
    run(["git", "init", "--quiet"], copy)
    run(["git", "add", "--all"], copy)
    return copy


def test_the_guide_can_be_followed_to_the_letter(checkout):
    blocks = BLOCK.findall(GUIDE.read_text())
    assert len(blocks) >= 6

    said = [run(COMMANDS[kind], checkout, text) for kind, text in blocks]

    assert re.search(r"\d{2,} passed", said[-1])
    assert "failed" not in said[-1]
