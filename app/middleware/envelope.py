"""Every answer leaves in the same envelope: request id, security headers, limit fields; one line is written.

One middleware and one `send` for all of it, because each layer of wrapping is paid by every request.
"""

import re
from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.client_address import Network, client_address
from app.core.identifiers import new_request_id
from app.core.logging import request_id_of_context
from app.core.redaction import redact_text
from app.middleware.access_log import AccessLog
from app.middleware.security_headers import RawHeader, security_headers

REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class EnvelopeMiddleware:
    """The outermost layer: names the request, knows the caller's address, and signs the answer."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: Sequence[Network]) -> None:
        self.app = app
        self.trusted_proxies = tuple(trusted_proxies)
        self.access_log = AccessLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        state = scope["state"] = self.read(scope)
        method = scope["method"]
        if method == "HEAD":
            # Decided and answered as GET, all but the body (RFC 9110, section 9.3.2).
            scope["method"] = "GET"
            send = without_body(send)
        status = 0

        async def send_in_envelope(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = state["status"] = message["status"]
                message["headers"] = signed(message.get("headers", ()), state)
            await send(message)

        token = request_id_of_context.set(state["request_id"])
        try:
            await self.app(scope, receive, send_in_envelope)
        finally:
            scope["method"] = method
            self.access_log.write(scope, status, perf_counter() - started)
            request_id_of_context.reset(token)

    def read(self, scope: Scope) -> dict[str, Any]:
        """What the other layers may rely on: `request_id` and `client_address`."""
        request_ids: list[bytes] = []
        forwarded_for: list[str] = []
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                request_ids.append(value)
            elif name == b"x-forwarded-for":
                forwarded_for.append(value.decode("latin-1"))
        client = scope.get("client")
        return {
            **scope.get("state", {}),
            "request_id": request_id_from(request_ids),
            "client_address": client_address(client and client[0], forwarded_for, self.trusted_proxies),
        }


def without_body(send: Send) -> Send:
    """Let the headers through, Content-Length included, and none of the bytes."""

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_headers


def request_id_from(sent: list[bytes]) -> str:
    """The client's own id if there is exactly one and it is harmless, otherwise a new one."""
    if len(sent) == 1 and REQUEST_ID.fullmatch(sent[0]):
        text = sent[0].decode("ascii")
        # It is logged and sent back, so it must not be a credential that slipped into the wrong header.
        if redact_text(text) == text:
            return text
    return new_request_id()


def signed(headers: Iterable[RawHeader], state: dict[str, Any]) -> list[RawHeader]:
    """The answer's own headers, and those that every answer carries."""
    own = list(headers)
    own.append((b"x-request-id", state["request_id"].encode("ascii")))
    present = {name for name, _ in own}
    own += security_headers(present)
    limits: dict[str, str] | None = state.get("rate_limit_headers")
    if limits:
        encoded = (
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in limits.items()
        )
        # A 429 names its own Retry-After already; a header sent twice cannot be read as a number.
        own += [header for header in encoded if header[0] not in present]
    return own
