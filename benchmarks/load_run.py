"""One run of the built-in generator: connections, turns, and the record of the answers."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from time import monotonic  # uvloop's own clock counts whole milliseconds

from benchmarks.http_connection import HttpConnection
from benchmarks.http_requests import Load
from benchmarks.load_result import LoadError, LoadResult, percentile

GRACE_SECONDS = 10
"""How long the last answers may take."""


class LoadRun(ABC):
    """What closed and open load have in common; made in a running event loop, used once."""

    def __init__(self, load: Load, *, seconds: float, start: int) -> None:
        self.seconds = seconds
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self.loop.create_future()
        self.started = 0.0
        self.connections: list[HttpConnection] = []
        self._load = load
        self._position = start
        self._latencies: list[float] = []
        self._failures = 0
        self._last_answer = 0.0

    async def run(self, port: int, connections: int) -> LoadResult:
        """Open the connections, put the load on them, hang up.

        Raises:
            LoadError: the server cannot be reached, or answers nothing.
        """
        try:
            for _ in range(connections):
                _, connection = await self.loop.create_connection(self._connection, "127.0.0.1", port)
                self.connections.append(connection)
            self.started = monotonic()
            self.begin()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.done, self.seconds + GRACE_SECONDS)
        except OSError as error:
            message = f"the server on port {port} cannot be reached: {error}"
            raise LoadError(message) from error
        finally:
            for connection in self.connections:
                connection.close()
        return self._result()

    @abstractmethod
    def begin(self) -> None:
        """Send the first requests."""

    @abstractmethod
    def go_on(self, connection: HttpConnection) -> None:
        """Use a connection that has its answer."""

    @abstractmethod
    def unanswered(self) -> int:
        """How many requests still wait for their answers."""

    def send(self, connection: HttpConnection, since: float) -> None:
        """Send the next request in turn; its answer's time counts from `since`."""
        requests = self._load.requests
        connection.send(requests[self._position % len(requests)], since)
        self._position += 1

    def _connection(self) -> HttpConnection:
        return HttpConnection(self._load.marker, self._answered)

    def _answered(self, connection: HttpConnection, good: bool) -> None:  # noqa: FBT001 -- as it is told
        self._last_answer = now = monotonic()
        self._latencies.append(now - connection.since)
        self._failures += not good
        self.go_on(connection)

    def _result(self) -> LoadResult:
        if not self._latencies:
            message = "nothing was answered"
            raise LoadError(message)
        latencies = sorted(self._latencies)
        return LoadResult(
            completed=len(latencies),
            elapsed_seconds=self._last_answer - self.started,
            failures=self._failures + self.unanswered(),
            p50_ms=percentile(latencies, 50) * 1000,
            p99_ms=percentile(latencies, 99) * 1000,
        )


class ClosedRun(LoadRun):
    """Each connection sends its next request when it has its answer."""

    def begin(self) -> None:
        """Send one request on each connection."""
        self._busy = len(self.connections)
        for connection in self.connections:
            self.send(connection, monotonic())

    def go_on(self, connection: HttpConnection) -> None:
        """Send the next one, until the time is up."""
        now = monotonic()
        if now < self.started + self.seconds:
            self.send(connection, now)
            return
        self._busy -= 1
        if not self._busy and not self.done.done():
            self.done.set_result(None)

    def unanswered(self) -> int:
        """One for each connection that never came back."""
        return self._busy


class OpenRun(LoadRun):
    """Requests are due at a fixed rate, whether or not the server keeps up.

    An answer's time counts from when its request was due, though all connections were busy then: a server
    that stalls is charged for every request that had to wait (no coordinated omission).
    """

    def __init__(self, load: Load, *, seconds: float, start: int, rate: float) -> None:
        super().__init__(load, seconds=seconds, start=start)
        self._interval = 1 / rate
        self._total = max(1, int(seconds * rate))
        self._due = 0
        self._answers = 0
        self._idle: deque[HttpConnection] = deque()
        self._waiting: deque[float] = deque()
        """When the requests that found no idle connection were due."""

    def begin(self) -> None:
        """Send the first request, and each other one when it is due."""
        self._idle.extend(self.connections)
        self._send_due()

    def go_on(self, connection: HttpConnection) -> None:
        """Send the request that waits longest, or rest."""
        self._answers += 1
        if self._waiting:
            self.send(connection, self._waiting.popleft())
        else:
            self._idle.append(connection)
        if self._answers == self._total and not self.done.done():
            self.done.set_result(None)

    def unanswered(self) -> int:
        """How many of all requests have no answer."""
        return self._total - self._answers

    def _send_due(self) -> None:
        now = monotonic()
        while self._due < self._total and (when := self.started + self._due * self._interval) <= now:
            self._due += 1
            if self._idle:
                self.send(self._idle.popleft(), when)
            else:
                self._waiting.append(when)
        if self._due < self._total:
            when = self.started + self._due * self._interval
            self.loop.call_later(max(0, when - monotonic()), self._send_due)
