"""One process at a time in a folder."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FolderInUseError(RuntimeError):
    """Another process holds the folder."""


class FolderLock:
    """Holds a folder until it is left or the process dies: the kernel's lock, so none can be stale."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "lock"
        self._descriptor: int | None = None
        # A forked child shares the lock, and would hold the folder for as long as it outlives us.
        os.register_at_fork(after_in_child=self.release)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the folder.

        Raises:
            FolderInUseError: another process has it.
            OSError: the folder cannot be written.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            message = f"{self._folder} is in use by another run (process {holder}); stop that one first"
            raise FolderInUseError(message) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the folder back. The file stays: removing it would let two processes hold two files."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
