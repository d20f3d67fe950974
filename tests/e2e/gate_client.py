"""A small HTTP client on plain streams: hundreds of callers in one process must not be the bottleneck."""

import asyncio
import json


class GateClient:
    """One caller with one connection; it reconnects after an error."""

    def __init__(self, port, service_key):
        self.port = port
        self._authorization = f"Authorization: Bearer {service_key}\r\n"
        self._streams = None

    async def verify(self, **question):
        """The answer to a question: status, headers, and the body's value.

        Raises:
            OSError: the server is not there, or it went away before its answer was complete.
        """
        return await self.post("/api/v1/verify", question)

    async def post(self, path, body, **headers):
        """The answer to a POST: status, headers, and the body's value.

        Raises:
            OSError: the server is not there, or it went away before its answer was complete.
        """
        try:
            reader, writer = await self._connect()
            body = json.dumps(body)
            head = f"POST {path} HTTP/1.1\r\nHost: test\r\n{self._authorization}"
            head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write((head + body).encode())
            return await read_answer(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise ConnectionError from error

    def close(self):
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _connect(self):
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        return self._streams


async def read_answer(reader):
    """One answer from the stream."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    return int(status.split()[1]), headers, json.loads(body)
