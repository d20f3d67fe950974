"""One run of the built-in generator: connections, turns, and the record of the answers."""

import select
import selectors
from abc import ABC, abstractmethod
from collections import deque
from contextlib import ExitStack, closing
from time import monotonic

from benchmarks.http_connection import HttpConnection
from benchmarks.http_requests import Load
from benchmarks.load_result import LoadError, LoadResult, percentile

GRACE_SECONDS = 10
"""How long the last answers may take."""
PATIENCE_SECONDS = 0.1
"""How long to wait for answers at a time when nothing else is due."""


class LoadRun(ABC):
    """What closed and open load have in common; used once.

    A plain loop over sockets: the generator shares the machine with the server that it measures, and an
    event loop with its protocols and futures would take from it several times as much.
    """

    def __init__(self, load: Load, *, seconds: float, start: int) -> None:
        self.seconds = seconds
        self.started = 0.0
        self.connections: list[HttpConnection] = []
        self._load = load
        self._position = start
        self._selector = selectors.DefaultSelector()
        self._unsent: list[HttpConnection] = []
        """Their requests did not leave: answered, badly."""
        self._latencies: list[float] = []
        self._failures = 0
        self._last_answer = 0.0

    def run(self, port: int, connections: int) -> LoadResult:
        """Open the connections, put the load on them, hang up.

        Raises:
            LoadError: the server cannot be reached, or answers nothing.
        """
        with ExitStack() as stack:
            stack.enter_context(closing(self._selector))
            try:
                for _ in range(connections):
                    connection = stack.enter_context(closing(HttpConnection(port, self._load.marker)))
                    self._selector.register(connection, selectors.EVENT_READ, connection)
                    self.connections.append(connection)
            except OSError as error:
                message = f"the server on port {port} cannot be reached: {error}"
                raise LoadError(message) from error
            self.started = monotonic()
            self.begin()
            while self.unanswered() and monotonic() < self.started + self.seconds + GRACE_SECONDS:
                self._take_answers()
        return self._result()

    @abstractmethod
    def begin(self) -> None:
        """Send the first requests."""

    @abstractmethod
    def go_on(self, connection: HttpConnection) -> None:
        """Use a connection that has its answer."""

    @abstractmethod
    def patience(self) -> float:
        """Send what is due; the seconds until more is."""

    @abstractmethod
    def unanswered(self) -> int:
        """How many requests still wait for their answers, or to be sent."""

    def send(self, connection: HttpConnection, since: float) -> None:
        """Send the next request in turn; its answer's time counts from `since`."""
        requests = self._load.requests
        if not connection.send(requests[self._position % len(requests)], since):
            self._unsent.append(connection)
        self._position += 1

    def _take_answers(self) -> None:
        wait = 0 if self._unsent else self.patience()
        unsent, self._unsent = self._unsent, []
        for connection in unsent:
            self._answered(connection, good=False)
        # A selector counts whole milliseconds, select() microseconds; so select() waits for the selector.
        if not select.select([self._selector], [], [], wait)[0]:
            return
        for key, _ in self._selector.select(0):
            good = key.data.receive()
            if good is not None:
                self._answered(key.data, good=good)

    def _answered(self, connection: HttpConnection, *, good: bool) -> None:
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
        else:
            self._busy -= 1

    def patience(self) -> float:
        """Nothing is due but what answers bring."""
        return PATIENCE_SECONDS

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
        """All connections are free."""
        self._idle.extend(self.connections)

    def go_on(self, connection: HttpConnection) -> None:
        """Send the request that waits longest, or rest."""
        self._answers += 1
        if self._waiting:
            self.send(connection, self._waiting.popleft())
        else:
            self._idle.append(connection)

    def patience(self) -> float:
        """Send what is due; the time until the next one is."""
        now = monotonic()
        while self._due < self._total and (when := self.started + self._due * self._interval) <= now:
            self._due += 1
            if self._idle:
                self.send(self._idle.popleft(), when)
            else:
                self._waiting.append(when)
        if self._due == self._total:
            return PATIENCE_SECONDS
        return max(0.0, self.started + self._due * self._interval - monotonic())

    def unanswered(self) -> int:
        """How many of all requests have no answer."""
        return self._total - self._answers
