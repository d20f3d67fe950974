"""A granian: the same options for every application that is measured, one worker unless told otherwise."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.processor_time import read_processes

ROOT = Path(__file__).parents[1]
GRANIAN_OPTIONS = "--interface asgi --http 1 --loop uvloop --no-ws --no-access-log --log-level warning"
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 10
POLL_SECONDS = 0.05
OURS = ("FAREGATE_", "DATABASE_URL", "GRANIAN_", "BENCHMARK_")
"""Variables of the caller's shell that no server may see."""


class ServerError(RuntimeError):
    """An application that is measured does not run."""


class AppServer:
    """Serves `target` on a free port between the braces of a `with`; its output goes to a file."""

    def __init__(
        self,
        target: str,
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        workers: int = 1,
    ) -> None:
        self.port = free_port()
        self._target = target
        self._workers = workers
        self._environment = dict(environment or {})
        self._log_path = folder / f"server-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        factory = ["--factory"] if self._target.endswith("create_app") else []
        # Opened to append: when the file is emptied between rounds the next line is its first.
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "granian", *GRANIAN_OPTIONS.split()),
                    *("--workers", str(self._workers), "--host", "127.0.0.1", "--port", str(self.port)),
                    *(*factory, self._target),
                ],
                cwd=ROOT,
                env=bare_environment() | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._await_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Granian's main process; the worker is its child."""
        if self._process is None:
            message = f"{self._target} is not running"
            raise ServerError(message)
        return self._process.pid

    def empty_log(self) -> None:
        """Forget what the server has written: a run writes more lines than anyone's disk should hold."""
        os.truncate(self._log_path, 0)

    def stop(self) -> None:
        """End it and its worker, in order or else by force."""
        if self._process is None:
            return
        pids = [self._process.pid, *children_of(self._process.pid)]
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            for pid in pids:
                kill(pid)
            self._process.wait()
        self._process = None

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not is_listening(self.port):
            if self._process is not None and self._process.poll() is not None:
                message = f"{self._target} does not start: {self._log_path.read_text()[-2000:]}"
                raise ServerError(message)
            if time.monotonic() > deadline:
                message = f"{self._target} does not listen after {START_SECONDS_MAX} s"
                raise ServerError(message)
            time.sleep(POLL_SECONDS)


def bare_environment() -> dict[str, str]:
    """The caller's environment without what would set up an application."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [child for child, times in read_processes().items() if times.parent == pid]


def kill(pid: int) -> None:
    """End a process of ours that did not end when asked."""
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return
