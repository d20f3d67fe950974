"""What PostgreSQL says of itself in `postmaster.pid`."""

import os
import socket
from pathlib import Path

SOCKET_FILE = ".s.PGSQL.5432"
PID_LINE, SOCKET_FOLDER_LINE, STATUS_LINE = 0, 4, 7


class PostmasterPidFile:
    """Reads the file, and tells a living server's from a dead one's."""

    def __init__(self, cluster: Path) -> None:
        self._path = cluster / "postmaster.pid"

    def says_ready(self, pid: int) -> bool:
        """Whether the server that runs as `pid` accepts connections."""
        return self._line(PID_LINE) == str(pid) and self._line(STATUS_LINE) == "ready"

    def living_pid(self) -> int | None:
        """The server's process, if its socket is answered: the number alone may be a stranger's by now."""
        pid, folder = self._line(PID_LINE), self._line(SOCKET_FOLDER_LINE)
        return int(pid) if pid.isdigit() and folder and is_listening(Path(folder) / SOCKET_FILE) else None

    def remove_if_stale(self) -> None:
        """Remove what a dead server left, whose number another process may have now."""
        if self.living_pid() is None:
            self._path.unlink(missing_ok=True)

    def _line(self, index: int) -> str:
        try:
            lines = self._path.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return lines[index].strip() if index < len(lines) else ""


def is_listening(path: Path) -> bool:
    """Whether a process accepts connections on this Unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def is_alive(pid: int) -> bool:
    """Whether a process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
