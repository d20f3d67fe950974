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
    """The files as `ruff check` and `ruff format` leave them, imports first, because they decide about lines.

    Raises:
        CheckError: ruff is not there, or does not like what it reads.
    """
    with tempfile.TemporaryDirectory(prefix="new-") as folder:
        place = Path(folder)
        lay_out(place, root, files)
        ruff(place, "check", "--fix", "--select", SETTLED)
        ruff(place, "format")
        # Most packages' own files stay where they are.
        ruff(place, "check", "--ignore", "INP001")
        pages = reference_pages(place, root)
        return {path: (place / path).read_text(encoding="utf-8") for path in (*files, *pages)}


def lay_out(place: Path, root: Path, files: dict[str, str]) -> None:
    """Write the files as they will stand in the project: ruff looks at folders to tell what is ours."""
    shutil.copy(root / "pyproject.toml", place)
    for path, text in files.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


REFERENCE = "manual"
"""The package that writes pages from the code, where a project has one."""


def reference_pages(place: Path, root: Path) -> list[str]:
    """Have the pages written that are made from the code, beside a copy of it; which of them have changed.

    Raises:
        CheckError: the application with the new files does not start.
    """
    if not (root / REFERENCE).is_dir():
        return []
    for folder in ("app", "standards", REFERENCE, "docs"):
        complete(place / folder, root / folder)
    environment = os.environ | {"PYTHONPATH": str(place)}
    command = [sys.executable, "-m", REFERENCE]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        refuse(f"the application would not start: {done.stderr.strip()}")
    return done.stdout.split()


def complete(place: Path, source: Path) -> None:
    """Copy the files that are not there yet."""
    for file in source.rglob("*"):
        copy = place / file.relative_to(source)
        if file.is_file() and "__pycache__" not in file.parts and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)


def ruff(place: Path, *arguments: str) -> None:
    """Run ruff over a folder.

    Raises:
        CheckError: it is not there, or does not like what it reads.
    """
    command = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--no-cache", "."]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        refuse(f"ruff refuses what would be written: {done.stdout.strip() or done.stderr.strip()}")
