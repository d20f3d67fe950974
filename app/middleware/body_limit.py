"""No body longer than the limit is read: not one that says so, and not one that streams."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import AppError, BadRequestError, ContentTooLargeError
from app.middleware.problem_answer import send_problem

DIGITS_MAX = 20
"""Enough for any honest length, and cheap to read."""


class BodyLimitMiddleware:
    """Refuses a declared length before anything is consumed; counts the chunks of a stream."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int) -> None:
        self.app = app
        self.limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if not lengths:
            await self.app(scope, self.counted(receive), send)
            return
        refusal = self.refuse(lengths)
        if refusal is None:
            # The server itself ends the body at the declared length: nothing to count.
            await self.app(scope, receive, send)
        else:
            await send_problem(refusal, scope, send)

    def refuse(self, lengths: list[bytes]) -> AppError | None:
        """What is wrong with the declared length, if anything."""
        if len(set(lengths)) > 1 or not lengths[0].isdigit():
            return BadRequestError("The Content-Length header is not one number.")
        if len(lengths[0]) > DIGITS_MAX or int(lengths[0]) > self.limit_bytes:
            return ContentTooLargeError(self.limit_bytes)
        return None

    def counted(self, receive: Receive) -> Receive:
        """Read at most the limit from a body of unknown length."""
        total = 0

        async def receive_within_limit() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self.limit_bytes:
                raise ContentTooLargeError(self.limit_bytes)
            return message

        return receive_within_limit
