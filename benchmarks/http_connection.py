"""One keep-alive connection that sends ready-made requests, one at a time."""

import asyncio
import re
from collections.abc import Callable

HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
OK = b"HTTP/1.1 200"


class HttpConnection(asyncio.Protocol):
    """Tells `on_answer(connection, good)` of each answer: a 200 that contains `marker`, or something else."""

    def __init__(self, marker: bytes, on_answer: Callable[["HttpConnection", bool], None]) -> None:
        self.since = 0.0
        """When the request under way was sent, or should have been."""
        self._marker = marker
        self._on_answer = on_answer
        self._transport: asyncio.WriteTransport | None = None
        self._received = b""
        self._waiting = False

    def send(self, request: bytes, since: float) -> None:
        """Send a request; a lost connection answers it at once, badly."""
        self.since = since
        self._waiting = True
        if self._transport is None:
            asyncio.get_running_loop().call_soon(self._finish, False)  # noqa: FBT003 -- not a good answer
        else:
            self._transport.write(request)

    def close(self) -> None:
        """Hang up."""
        self._waiting = False
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Gather an answer; when it is whole, tell."""
        self._received = received = self._received + data if self._received else data
        if is_whole(received):
            self._received = b""
            self._finish(received.startswith(OK) and self._marker in received)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """An answer that was waited for will not come."""
        self._transport = None
        self._finish(False)  # noqa: FBT003 -- not a good answer

    def _finish(self, good: bool) -> None:  # noqa: FBT001 -- the one thing that is told
        if self._waiting:
            self._waiting = False
            self._on_answer(self, good)


def is_whole(received: bytes) -> bool:
    """Whether the head is there, and all of the body that it announces."""
    head = received.find(HEAD_END)
    if head < 0:
        return False
    length = CONTENT_LENGTH.search(received, 0, head)
    return len(received) >= head + len(HEAD_END) + (int(length[1]) if length else 0)
