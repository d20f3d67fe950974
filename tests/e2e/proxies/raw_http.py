"""HTTP to the byte: what no well-behaved client would send, and every header that arrives."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

TIMEOUT_SECONDS = 20
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Message:
    """A request or an answer."""

    start: str
    headers: Headers
    body: str

    @property
    def status(self) -> int:
        return int(self.start.split()[1])

    @property
    def method(self) -> str:
        return self.start.split()[0]

    @property
    def target(self) -> str:
        return self.start.split()[1]

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """The value of a header that must not come twice."""
        values = self.all(name)
        assert len(values) < 2, (name, values)
        return values[0] if values else None


async def ask(port: int, method: str, target: str, headers: Headers = (), body: str = "") -> Message:
    """Send one request and read the answer to its end."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        length = [("Content-Length", str(len(body)))] if body else []
        lines = [("Host", f"127.0.0.1:{port}"), *headers, *length, ("Connection", "close")]
        head = "".join(f"{name}: {value}\r\n" for name, value in lines)
        writer.write(f"{method} {target} HTTP/1.1\r\n{head}\r\n{body}".encode("latin-1"))
        try:
            message = await read_message(reader, has_body=method != "HEAD")
        finally:
            writer.close()
        assert message is not None
        return message


async def read_message(reader: asyncio.StreamReader, *, has_body: bool = True) -> Message | None:
    """One message; None if the other end has closed the connection instead."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    start, *lines = head.rstrip("\r\n").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    message = Message(start, headers, "")
    if has_body and (message.get("Transfer-Encoding") or "").lower() == "chunked":
        return Message(start, headers, await read_chunks(reader))
    length = int(message.get("Content-Length") or 0) if has_body else 0
    return Message(start, headers, (await reader.readexactly(length)).decode("latin-1"))


async def read_chunks(reader: asyncio.StreamReader) -> str:
    """A body of unknown length."""
    body = ""
    while length := int((await reader.readline()).split(b";")[0], 16):
        body += (await reader.readexactly(length)).decode("latin-1")
        await reader.readline()
    await reader.readline()
    return body
