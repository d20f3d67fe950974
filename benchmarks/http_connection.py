"""One keep-alive connection that sends ready-made requests, one at a time."""

import re
import socket

HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
OK = b"HTTP/1.1 200"
READ_BYTES = 65_536


class HttpConnection:
    """A socket that never waits; whoever waits for it asks its `fileno`."""

    def __init__(self, port: int, marker: bytes) -> None:
        self.since = 0.0
        """When the request under way was sent, or should have been."""
        self._marker = marker
        self._received = b""
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(0)

    def fileno(self) -> int:
        """What a selector waits for."""
        return self._socket.fileno()

    def send(self, request: bytes, since: float) -> bool:
        """Send a request, small enough for any socket's buffer; whether it is on its way."""
        self.since = since
        try:
            return self._socket.send(request) == len(request)
        except OSError:
            return False

    def receive(self) -> bool | None:
        """Whether the answer is a 200 that contains the marker; None as long as it is not whole."""
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        received = self._received + data if self._received else data
        if data and not is_whole(received):
            self._received = received
            return None
        self._received = b""
        return received.startswith(OK) and self._marker in received

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def is_whole(received: bytes) -> bool:
    """Whether the head is there, and all of the body that it announces."""
    head = received.find(HEAD_END)
    if head < 0:
        return False
    length = CONTENT_LENGTH.search(received, 0, head)
    return len(received) >= head + len(HEAD_END) + (int(length[1]) if length else 0)
