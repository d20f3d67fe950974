"""What a proxy has behind it: an API that notes what arrives, and the way to Faregate, which may break."""

import asyncio
from typing import Self

from tests.e2e.proxies.raw_http import Message, read_message


class Listener:
    """A server on a port of its own."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()

    async def listen(self) -> None:
        """Take connections, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def hang_up(self) -> None:
        """Refuse connections, and end those that there are."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._connections:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            await self.converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak on one connection."""
        raise NotImplementedError


class Api(Listener):
    """Answers 200, and knows nothing of Faregate."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Message] = []

    def taken(self) -> list[Message]:
        """What has arrived since it was last asked."""
        requests, self.requests = self.requests, []
        return requests

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer each request."""
        while (request := await read_message(reader)) is not None:
            self.requests.append(request)
            body = b"" if request.method == "HEAD" else b"hello"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Api: here\r\n\r\n" + body)
            await writer.drain()


class Way(Listener):
    """The network between a proxy and Faregate."""

    def __init__(self, faregate_port: int) -> None:
        super().__init__()
        self._faregate_port = faregate_port
        self.losses = 0
        """How many answers are lost: Faregate has given them, the connection breaks before they arrive."""
        self.asked: list[Message] = []

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry each question there and its answer back."""
        there, away = await asyncio.open_connection("127.0.0.1", self._faregate_port)
        try:
            while (question := await read_message(reader)) is not None:
                self.asked.append(question)
                away.write(bytes_of(question))
                answer = await read_message(there, has_body=question.method != "HEAD")
                if answer is None or self.losses > 0:
                    self.losses -= 1
                    return
                writer.write(bytes_of(answer))
                await writer.drain()
        finally:
            away.close()


def bytes_of(message: Message) -> bytes:
    """A message as it is sent."""
    head = "".join(f"{name}: {value}\r\n" for name, value in message.headers)
    return f"{message.start}\r\n{head}\r\n{message.body}".encode("latin-1")
