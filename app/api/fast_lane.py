"""The fast lane: the plain case of the two busiest calls, without the framework's generic dispatch.

FastAPI spends more on finding a route and solving its dependencies than the gate spends on deciding. So a
request that is exactly what its route expects is answered here, by the same services and the same models.
Everything else goes down the road to the route, which alone knows how to refuse: a lane takes only what it
fully understands, and never answers differently.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.dependencies.asker import asker_of
from app.api.dependencies.credential import ORGANIZATION_HEADER, credential_text
from app.api.dependencies.principal import identify
from app.api.dependencies.resources import resources_of
from app.api.etag import version_tag
from app.api.forward_auth import answer_forwarded
from app.api.resources import Resources
from app.api.strict_json import parse_json, require_json
from app.core.admission import Presented
from app.core.credentials import read_credential
from app.core.exceptions import AppError
from app.core.forward_settings import FORWARD_PATH
from app.core.scopes import Scope as Permission
from app.schemas.user import UserResponse
from app.schemas.verification import VerifyRequest, VerifyResponse

VERIFY_PATH = "/api/v1/verify"
PROFILE_PATH = "/api/v1/users/me"
read_question = VerifyRequest.__pydantic_validator__.validate_python
write_verdict = TypeAdapter(VerifyResponse).serializer.to_json
write_profile = UserResponse.__pydantic_serializer__.to_json


@dataclass(slots=True)
class PlainAnswer:
    """A 200 in JSON."""

    body: bytes
    etag: str | None = None

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the route would send."""
        own = [
            (b"content-length", str(len(self.body)).encode()),
            (b"content-type", b"application/json"),
        ]
        return own if self.etag is None else [(b"etag", self.etag.encode()), *own]


class FastLaneMiddleware:
    """Answers plain requests; hands everything else, body included, to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, here or down the road."""
        if scope["type"] == "http" and scope["path"].startswith(FORWARD_PATH) and is_forwarded(scope["path"]):
            await send_forwarded(scope, send)
            return
        lane = LANES.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if lane is None or scope["query_string"]:
            await self.app(scope, receive, send)
            return
        message = await receive()
        answer = await lane(scope, message)
        if answer is None:
            await self.app(scope, replay(message, receive), send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": answer.headers()})
        await send({"type": "http.response.body", "body": answer.body})


def is_forwarded(path: str) -> bool:
    """Whether a proxy asks here: in any method, on the path itself or any below it."""
    return len(path) == len(FORWARD_PATH) or path[len(FORWARD_PATH)] == "/"


async def send_forwarded(scope: Scope, send: Send) -> None:
    """Answer a proxy: no route takes every method, and no body is read."""
    answer = await answer_forwarded(scope)
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


async def verify(scope: Scope, message: Message) -> PlainAnswer | None:
    """`POST /api/v1/verify` with one JSON body of known form and one credential."""
    resources = resources_of(scope)
    call = read_call(scope, message, resources)
    if call is None:
        return None
    question, caller = call
    (verdict,) = await resources.verification.verify(asker_of(scope, caller), [question], pointer="")
    return PlainAnswer(write_verdict(verdict))


async def read_own_profile(scope: Scope, message: Message) -> PlainAnswer | None:
    """`GET /api/v1/users/me` by a session; whoever is decided here is not decided again down the road."""
    if message.get("body") or any(name == b"if-none-match" for name, _ in scope["headers"]):
        return None
    principal = await identify(scope)
    person = principal.person
    if person is None or not principal.has(Permission.PROFILE_READ):
        return None
    return PlainAnswer(write_profile(UserResponse.model_validate(person)), version_tag(person.version))


Lane = Callable[[Scope, Message], Awaitable[PlainAnswer | None]]
LANES: dict[tuple[str, str], Lane] = {
    ("POST", VERIFY_PATH): verify,
    ("GET", PROFILE_PATH): read_own_profile,
}


def read_call(scope: Scope, message: Message, resources: Resources) -> tuple[VerifyRequest, Presented] | None:
    """The question and its caller's credential; None if there is anything unusual about them."""
    body = message.get("body", b"")
    if any(name == ORGANIZATION_HEADER for name, _ in scope["headers"]):
        # Which organization asks is the road's question.
        return None
    if message.get("more_body") and not is_whole(body, scope):
        return None
    try:
        require_json(scope["headers"])
        question = read_question(parse_json(body))
        text = credential_text(scope)
    except (AppError, ValidationError):
        return None
    caller = None if text is None else read_credential(text, resources.access_tokens, resources.clock())
    return None if caller is None else (question, caller)


def is_whole(body: bytes, scope: Scope) -> bool:
    """Whether the body has its declared length, though the server means to send one more, empty, message."""
    length = str(len(body)).encode()
    return any(name == b"content-length" and value == length for name, value in scope["headers"])


def replay(message: Message, receive: Receive) -> Receive:
    """A `receive` that gives `message` once more, then what follows."""
    replayed = False

    async def receive_again() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return message

    return receive_again
