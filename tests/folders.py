"""Folders for tests whose PostgreSQL runs as another user."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder_of_our_own() -> Iterator[Path]:
    """A folder outside pytest's: each run of pytest closes that one's parent to other users again."""
    with tempfile.TemporaryDirectory(prefix="faregate-test-") as path:
        yield Path(path).resolve()
