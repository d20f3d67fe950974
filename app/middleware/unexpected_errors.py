"""What nobody foresaw becomes a 500 that tells nothing but the request id; the log tells the rest."""

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.exceptions import AppError, BadRequestError, InternalError
from app.middleware.problem_answer import send_problem

logger = structlog.get_logger()

INCOMPLETE = BadRequestError("The body ended before it was complete.")


class UnexpectedErrorsMiddleware:
    """Catches inside of CORS and envelope, so that a 500 carries the same headers as any other answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            # The caller hung up and hears nothing, or sent chunks that are none and hears this.
            await send_problem(INCOMPLETE, scope, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            if not isinstance(error, AppError):
                logger.exception("unexpected error")
            if "status" in scope["state"]:
                # Part of an answer is out: breaking the connection is the only honest end.
                raise
            await send_problem(error if isinstance(error, AppError) else InternalError(), scope, send)
