"""A network between the application and PostgreSQL that can be made to fail."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

CHUNK = 65_536


class Network:
    """Carries bytes both ways; stalls, or cuts, whenever it is told to."""

    def __init__(self, database_url):
        parts = urlsplit(database_url)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._place = f"{parts.username}@127.0.0.1:{{}}{parts.path}"
        self._answers_flow = asyncio.Event()
        self._questions_flow = asyncio.Event()
        self._writers = set()
        self._carrying = set()
        self.resume()

    @property
    def url(self):
        """Where PostgreSQL is, by way of this network."""
        return f"postgresql://{self._place.format(self._server.sockets[0].getsockname()[1])}"

    def stall_answers(self):
        """Let what PostgreSQL says wait: what was committed is not heard of."""
        self._answers_flow.clear()

    def stall_questions(self):
        """Let what is said to PostgreSQL wait."""
        self._questions_flow.clear()

    def resume(self):
        """Let everything flow."""
        self._answers_flow.set()
        self._questions_flow.set()

    def cut(self):
        """End all connections at once, without a farewell."""
        for writer in self._writers:
            writer.transport.abort()

    async def open(self):
        """Begin to carry."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def close(self):
        """Carry nothing more."""
        self._server.close()
        self.cut()
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _carry(self, reader, writer):
        self._carrying.add(asyncio.current_task())
        try:
            upstream, downstream = await asyncio.open_unix_connection(self._socket)
            self._writers |= {writer, downstream}
            ways = [
                asyncio.create_task(self._pump(reader, downstream, self._questions_flow)),
                asyncio.create_task(self._pump(upstream, writer, self._answers_flow)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                for end in (writer, downstream):
                    end.transport.abort()
                self._writers -= {writer, downstream}
        finally:
            self._carrying.discard(asyncio.current_task())

    async def _pump(self, reader, writer, flows):
        try:
            while chunk := await reader.read(CHUNK):
                await flows.wait()
                writer.write(chunk)
                await writer.drain()
        except OSError:
            pass


@asynccontextmanager
async def network_to(database_url):
    """A network to this database, while it is needed."""
    network = Network(database_url)
    await network.open()
    try:
        yield network
    finally:
        await network.close()
