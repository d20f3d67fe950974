"""Load by wrk: as fast as the server answers, over a fixed number of connections."""

import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from benchmarks.http_requests import Load
from benchmarks.load_result import LoadError, LoadResult

SCRIPT = Path(__file__).with_name("wrk.lua")
SEPARATOR = b"\x1e"
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
GRACE_SECONDS = 30
COMPLETED = re.compile(r"(\d+) requests in ([\d.]+)(us|ms|s|m),")
QUANTILE = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)\s*$", re.MULTILINE)
NOT_OK = re.compile(r"Non-2xx or 3xx responses: (\d+)")
SOCKET_ERRORS = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")


class Wrk:
    """Runs wrk on one thread; its request files live in `folder`."""

    name = "wrk"

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self._folder = folder

    @staticmethod
    def find() -> str | None:
        """Where wrk is, if it is on PATH."""
        return shutil.which("wrk")

    def run(self, port: int, load: Load, *, connections: int, seconds: float, start: int = 0) -> LoadResult:
        """Send the requests in turn, from number `start` on, for whole seconds.

        Raises:
            LoadError: wrk does not do its work.
        """
        duration = max(1, round(seconds))
        command = [
            *(self._path, "-t1", f"-c{connections}", f"-d{duration}s", "--latency", "--timeout", "10s"),
            *("-s", str(SCRIPT), f"http://127.0.0.1:{port}/"),
            *("--", str(self._write(load)), str(start)),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=duration + GRACE_SECONDS, check=False
        )
        if done.returncode != 0:
            message = f"wrk failed: {(done.stderr or done.stdout).strip()}"
            raise LoadError(message)
        return parse(done.stdout)

    def _write(self, load: Load) -> Path:
        """The file with the load's requests, written once."""
        name = sha256(load.requests[0] + load.requests[-1] + str(len(load.requests)).encode()).hexdigest()
        path = self._folder / f"{name[:16]}.requests"
        if not path.exists():
            path.write_bytes(b"".join(request + SEPARATOR for request in load.requests))
        return path


def parse(text: str) -> LoadResult:
    """Read what wrk prints.

    Raises:
        LoadError: it is not a report, or nothing was answered.
    """
    summary = COMPLETED.search(text)
    quantiles = {
        percent: float(value) * MILLISECONDS[unit] for percent, value, unit in QUANTILE.findall(text)
    }
    if summary is None or quantiles.keys() != {"50", "99"} or summary[1] == "0":
        message = f"wrk measured nothing:\n{text}"
        raise LoadError(message)
    not_ok = NOT_OK.search(text)
    errors = SOCKET_ERRORS.search(text)
    return LoadResult(
        completed=int(summary[1]),
        elapsed_seconds=float(summary[2]) * MILLISECONDS[summary[3]] / 1000,
        failures=int(not_ok[1] if not_ok else 0) + sum(int(n) for n in (errors.groups() if errors else ())),
        p50_ms=quantiles["50"],
        p99_ms=quantiles["99"],
    )
