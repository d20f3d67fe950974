"""All changes are made, or none."""

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from standards.errors import refuse
from standards.generator.change import Change

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def write(root: Path, changes: Sequence[Change]) -> None:
    """Make all changes; whatever ends this early leaves everything as it was.

    Raises:
        CheckError: a file has appeared or changed meanwhile, or cannot be written.
    """
    require_unchanged(root, changes)
    undo = Undo(root)
    try:
        with ending_signals_raised():
            prepared = [(change, undo.prepare(change)) for change in changes]
            for change, file in prepared:
                undo.put(change, file)
    except BaseException as error:
        undo.roll_back()
        if isinstance(error, OSError):
            refuse(f"nothing was written: {error}", error)
        raise


def require_unchanged(root: Path, changes: Sequence[Change]) -> None:
    """Go on only if every file is what the changes were made for.

    Raises:
        CheckError: one is not.
    """
    for change in changes:
        file = root / change.path
        if change.is_new and os.path.lexists(file):
            refuse(f"{change.path} exists already, and nothing is overwritten")
        if not change.is_new and file.read_text(encoding="utf-8") != change.before:
            refuse(f"{change.path} has changed meanwhile; nothing was written")


class Undo:
    """Writes beside the place, then moves, and knows the way back."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._beside: list[Path] = []
        self._put: list[Change] = []
        self._folders: list[Path] = []

    def prepare(self, change: Change) -> Path:
        """Write a file's new text beside it: a full disk is met before anything is moved."""
        folder = (self._root / change.path).parent
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir()
            self._folders.append(each)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=folder)
        self._beside.append(Path(name))
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(change.after)
        Path(name).chmod(0o644 if change.is_new else (self._root / change.path).stat().st_mode)
        return Path(name)

    def put(self, change: Change, file: Path) -> None:
        """Move a prepared file to its place; a new one never onto another."""
        place = self._root / change.path
        self._put.append(change)
        if change.is_new:
            try:
                os.link(file, place)
            except FileExistsError:
                self._put.pop()
                raise
            file.unlink()
        else:
            file.replace(place)

    def roll_back(self) -> None:
        """Leave everything as it was."""
        for change in reversed(self._put):
            place = self._root / change.path
            if change.before is None:
                place.unlink(missing_ok=True)
            else:
                place.write_text(change.before, encoding="utf-8")
        for file in self._beside:
            file.unlink(missing_ok=True)
        for folder in reversed(self._folders):
            with contextlib.suppress(OSError):
                folder.rmdir()


@contextlib.contextmanager
def ending_signals_raised() -> Iterator[None]:
    """Let whoever ends the process end it as Ctrl-C does, so that there is a way back."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, leave) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
