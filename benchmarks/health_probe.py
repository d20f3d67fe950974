"""Asks a server for its health and its memory all the time, while others do something to it."""

import http.client
import threading
import time
from types import TracebackType
from typing import Self

import psutil

from benchmarks.load_result import LoadResult, percentile

PAUSE_SECONDS = 0.01
MIB = 1024 * 1024


class HealthProbe:
    """Probes between the braces of a `with`."""

    def __init__(self, port: int, pid: int) -> None:
        self.memory_mib = memory_mib(pid)
        """The most that the server held."""
        self._port = port
        self._pid = pid
        self._times_ms: list[float] = []
        self._failures = 0
        self._started = time.perf_counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._probe)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def result(self) -> LoadResult:
        """How its answers were."""
        times_ms = sorted(self._times_ms)
        elapsed = time.perf_counter() - self._started
        p50_ms, p99_ms = percentile(times_ms, 50), percentile(times_ms, 99)
        return LoadResult(len(times_ms), elapsed, self._failures, p50_ms, p99_ms)

    def _probe(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._over.is_set():
            begun = time.perf_counter()
            connection.request("GET", "/health/live")
            answer = connection.getresponse()
            answer.read()
            self._times_ms.append((time.perf_counter() - begun) * 1000)
            self._failures += answer.status != http.client.OK
            self.memory_mib = max(self.memory_mib, memory_mib(self._pid))
            time.sleep(PAUSE_SECONDS)
        connection.close()


def memory_mib(pid: int) -> float:
    """What a process and those it has started hold."""
    parent = psutil.Process(pid)
    return sum(each.memory_info().rss for each in (parent, *parent.children(recursive=True))) / MIB
