"""A small https server on loopback whose answers a test chooses byte by byte."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Received:
    """What a client sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    server_name: str | None = None

    @property
    def form(self) -> dict[str, str]:
        """The body's fields."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


Answer = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class HttpsServer:
    """What it answers, by path; and what it was asked."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is, by the name in its certificate."""
        return f"https://localhost:{self.port}"

    def asked(self, path: str) -> int:
        """How often this path was asked for."""
        return sum(each.path.partition("?")[0] == path for each in self.received)

    def forget(self) -> None:
        """Answer nothing any more, as if nobody had asked."""
        self.answers.clear()
        self.received.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's one request."""
        try:
            request = await read_request(reader)
            self.received.append(request)
            answer = self.answers.get(request.path.partition("?")[0], not_found)
            await answer(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # The client has seen enough: that is what some tests are about.
        finally:
            writer.close()


async def read_request(reader: asyncio.StreamReader) -> Received:
    """One request with its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(method, path, headers, body)


def raw(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer as bytes."""
    lines = [f"HTTP/1.1 {status} Answer", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(value: Any, status: int = 200) -> Answer:
    """Always answers with this JSON; a function is asked for it, with the request."""

    async def answer(request: Received, writer: asyncio.StreamWriter) -> None:
        said = value(request) if callable(value) else value
        writer.write(raw(status, json.dumps(said).encode(), Content_Type="application/json"))

    return answer


def sends(data: bytes) -> Answer:
    """Always sends these bytes."""

    async def answer(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer


not_found = says({"error": "not_found"}, 404)


@asynccontextmanager
async def https_server(context: ssl.SSLContext) -> AsyncIterator[HttpsServer]:
    """Serve on a free port of loopback for a while."""
    served = HttpsServer()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
