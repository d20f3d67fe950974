"""The built-in load generator, on raw asyncio."""

import asyncio
import gc
import selectors
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

from benchmarks.http_requests import Load
from benchmarks.load_result import LoadResult
from benchmarks.load_run import ClosedRun, OpenRun


class Generator:
    """Puts load on a server of this machine, in this process."""

    name = "asyncio"

    def run(self, port: int, load: Load, *, connections: int, seconds: float, start: int = 0) -> LoadResult:
        """Send the requests in turn, from number `start` on, as fast as the server answers.

        Raises:
            LoadError: the server cannot be reached, or answers nothing.
        """

        async def work() -> LoadResult:
            return await ClosedRun(load, seconds=seconds, start=start).run(port, connections)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, without_collections():
            return runner.run(work())

    def run_at_rate(
        self, port: int, load: Load, *, connections: int, seconds: float, rate: float, start: int = 0
    ) -> LoadResult:
        """Send `rate` requests per second, evenly spaced, whether or not the server keeps up.

        Raises:
            LoadError: the server cannot be reached, or answers nothing.
        """

        async def work() -> LoadResult:
            return await OpenRun(load, seconds=seconds, start=start, rate=rate).run(port, connections)

        with asyncio.Runner(loop_factory=precise_loop) as runner, without_collections():
            return runner.run(work())


def precise_loop() -> asyncio.AbstractEventLoop:
    """A loop whose timers are good to microseconds; those of epoll and uvloop are to milliseconds."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


@contextmanager
def without_collections() -> Iterator[None]:
    """Let no collection of garbage of ours look like a pause of the server."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
