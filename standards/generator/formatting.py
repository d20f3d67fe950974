"""Ruff, which has the last word about imports and lines."""

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
        return {path: (place / path).read_text(encoding="utf-8") for path in files}


def lay_out(place: Path, root: Path, files: dict[str, str]) -> None:
    """Write the files as they will stand in the project: ruff looks at folders to tell what is ours."""
    shutil.copy(root / "pyproject.toml", place)
    for path, text in files.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def ruff(place: Path, *arguments: str) -> None:
    """Run ruff over a folder.

    Raises:
        CheckError: it is not there, or does not like what it reads.
    """
    command = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--no-cache", "."]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        refuse(f"ruff refuses what would be written: {done.stdout.strip() or done.stderr.strip()}")
