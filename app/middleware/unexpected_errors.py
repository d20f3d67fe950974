"""What nobody foresaw becomes a 500 that tells nothing but the request id; the log tells the rest."""

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.exceptions import AppError, InternalError
from app.middleware.problem_answer import send_problem

logger = structlog.get_logger()


class UnexpectedErrorsMiddleware:
    """Catches inside of CORS and envelope, so that a 500 carries the same headers as any other answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            # Nobody is left to answer; the access log notes it.
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            if not isinstance(error, AppError):
                logger.exception("unexpected error")
            if "status" in scope["state"]:
                # Part of an answer is out: breaking the connection is the only honest end.
                raise
            await send_problem(error if isinstance(error, AppError) else InternalError(), scope, send)
