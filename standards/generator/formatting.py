"""Who has the last word: ruff about imports and lines, the code about its own reference."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from standards.errors import refuse

SETTLED = "F401,I,RUF022"
"""What is unused is taken out, and what has an order is put into it."""


def formatted(root: Path, files: dict[str, str]) -> dict[str, str]:
    """The files as `ruff check` and `ruff format` leave them, and the pages that are made from the code.

    Raises:
        CheckError: ruff is not there, or does not like what it reads; or the application would not start.
    """
    with tempfile.TemporaryDirectory(prefix="new-") as folder:
        place = Path(folder)
        lay_out(place, root, files)
        sources = [path for path in files if path.endswith(".py")]
        ruff(place, "check", "--fix", "--select", SETTLED, *sources)
        ruff(place, "format", *sources)
        ruff(place, "check", *sources)
        pages = reference_pages(place) if (root / REFERENCE).is_dir() else []
        return {path: (place / path).read_text(encoding="utf-8") for path in (*files, *pages)}


def lay_out(place: Path, root: Path, files: dict[str, str]) -> None:
    """Copy the project with the files in it: ruff looks at what is there to tell what is ours."""
    shutil.copy(root / "pyproject.toml", place)
    for name in ("alembic", "app", "docs", REFERENCE, "standards", "tests"):
        if (root / name).is_dir():
            shutil.copytree(root / name, place / name)
    for path, text in files.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


REFERENCE = "manual"
"""The package that writes pages from the code, where a project has one."""


def reference_pages(place: Path) -> list[str]:
    """Have the pages written that are made from the code; which of them have changed.

    Raises:
        CheckError: the application with the new files does not start.
    """
    environment = os.environ | {"PYTHONPATH": str(place)}
    command = [sys.executable, "-m", REFERENCE]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        refuse(f"the application would not start: {done.stderr.strip()}")
    return done.stdout.split()


def ruff(place: Path, *arguments: str) -> None:
    """Run ruff over a folder.

    Raises:
        CheckError: it is not there, or does not like what it reads.
    """
    command = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--no-cache"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        refuse(f"ruff refuses what would be written: {done.stdout.strip() or done.stderr.strip()}")
