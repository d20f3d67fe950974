"""Calling an ASGI application in this process, from whatever address."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from standards.errors import CheckError

Message = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Call:
    """A request."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    """What is sent as JSON; nothing if None."""
    address: str = "192.0.2.1"

    @property
    def scope(self) -> dict[str, Any]:
        """The request as ASGI tells it."""
        sent = {"host": "127.0.0.1", "content-length": str(len(self.payload)), **self.headers}
        if self.body is not None:
            sent["content-type"] = "application/json"
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": quote(self.path).encode(),
            "query_string": self.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": (self.address, 40_000),
            "server": ("127.0.0.1", 80),
            "state": {},
        }

    @property
    def payload(self) -> bytes:
        """The body's bytes."""
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(slots=True)
class Answer:
    """A response; status 0 when the application raised instead."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> object:
        """What the body says, None if it is no JSON."""
        try:
            value: object = json.loads(self.body)
        except ValueError:
            return None
        return value


async def send(application: Application, call: Call) -> Answer:
    """The answer to a call."""
    answer = Answer()
    unread = [{"type": "http.request", "body": call.payload, "more_body": False}]

    async def receive() -> Message:
        if unread:
            return unread.pop()
        return {"type": "http.disconnect"}

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await application(call.scope, receive, take)
    except Exception:  # noqa: BLE001 -- what it raised is the answer
        answer.status = answer.status or 0
    return answer


@asynccontextmanager
async def started(application: Application) -> AsyncIterator[None]:
    """Run an application's start, and in the end its stop.

    Raises:
        CheckError: it does not start.
    """
    told: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.3"}, "state": {}}
    life = asyncio.create_task(run(application, scope, told, heard))
    await told.put({"type": "lifespan.startup"})
    answer = await heard.get()
    if answer["type"] != "lifespan.startup.complete":
        await life
        message = f"the application does not start: {answer.get('message', '')}"
        raise CheckError(message)
    try:
        yield
    finally:
        await told.put({"type": "lifespan.shutdown"})
        await life


async def run(
    application: Application,
    scope: dict[str, Any],
    told: asyncio.Queue[Message],
    heard: asyncio.Queue[Message],
) -> None:
    """Let the application live; whatever it raises means that it did not start."""
    try:
        await application(scope, told.get, heard.put)
    except Exception as error:  # noqa: BLE001 -- it is told to whoever waits
        await heard.put({"type": "lifespan.startup.failed", "message": repr(error)})
