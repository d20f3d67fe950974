"""The fast lane of `POST /api/v1/verify`: the plain case without the framework's generic dispatch.

FastAPI spends more on finding a route and solving its dependencies than the gate spends on deciding. So a
request that is exactly what the route expects - one JSON body of known form, one credential, no query - is
answered here, by the same service and the same models. Everything else goes down the road to the route, which
alone knows how to refuse: the lane takes only what it fully understands, and never answers differently.
"""

from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.dependencies.asker import asker_of
from app.api.dependencies.credential import credential_text
from app.api.dependencies.resources import resources_of
from app.api.resources import Resources
from app.api.strict_json import parse_json, require_json
from app.core.admission import Presented
from app.core.credentials import read_credential
from app.core.exceptions import AppError
from app.schemas.verification import VerifyRequest, VerifyResponse

VERIFY_PATH = "/api/v1/verify"
read_question = VerifyRequest.__pydantic_validator__.validate_python
write_verdict = TypeAdapter(VerifyResponse).serializer.to_json


class FastLaneMiddleware:
    """Answers plain verify requests; hands everything else, body included, to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, here or down the road."""
        if not is_plain(scope):
            await self.app(scope, receive, send)
            return
        message = await receive()
        resources = resources_of(scope)
        call = read_call(scope, message, resources)
        if call is None:
            await self.app(scope, replay(message, receive), send)
            return
        question, caller = call
        asker = asker_of(scope, caller)
        (verdict,) = await resources.verification.verify(asker, [question], pointer="")
        body = write_verdict(verdict)
        headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", b"application/json"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def is_plain(scope: Scope) -> bool:
    """Whether this may be a call that the lane understands."""
    return (
        scope["type"] == "http"
        and scope["path"] == VERIFY_PATH
        and scope["method"] == "POST"
        and not scope["query_string"]
    )


def read_call(scope: Scope, message: Message, resources: Resources) -> tuple[VerifyRequest, Presented] | None:
    """The question and its caller's credential; None if there is anything unusual about them."""
    body = message.get("body", b"")
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
