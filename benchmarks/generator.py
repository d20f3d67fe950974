"""The built-in load generator, in this process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.http_requests import Load
from benchmarks.load_result import LoadResult
from benchmarks.load_run import ClosedRun, OpenRun


class Generator:
    """Puts load on a server of this machine."""

    name = "built-in"

    def run(self, port: int, load: Load, *, connections: int, seconds: float, start: int = 0) -> LoadResult:
        """Send the requests in turn, from number `start` on, as fast as the server answers.

        Raises:
            LoadError: the server cannot be reached, or answers nothing.
        """
        with without_collections():
            return ClosedRun(load, seconds=seconds, start=start).run(port, connections)

    def run_at_rate(
        self, port: int, load: Load, *, connections: int, seconds: float, rate: float, start: int = 0
    ) -> LoadResult:
        """Send `rate` requests per second, evenly spaced, whether or not the server keeps up.

        Raises:
            LoadError: the server cannot be reached, or answers nothing.
        """
        with without_collections():
            return OpenRun(load, seconds=seconds, start=start, rate=rate).run(port, connections)


@contextmanager
def without_collections() -> Iterator[None]:
    """Let no collection of garbage of ours look like a pause of the server."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
