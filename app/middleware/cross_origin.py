"""Which web pages may call: a list of origins, never a wildcard."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.forward_settings import FORWARD_PATH

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REQUEST_HEADERS = (
    "Authorization",
    "X-API-Key",
    "X-Organization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "X-Request-ID",
)
EXPOSED_HEADERS = (
    "ETag",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
    "Idempotent-Replayed",
    "WWW-Authenticate",
)
PREFLIGHT_HEADERS = frozenset(
    {
        "vary",
        "access-control-allow-origin",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-max-age",
    }
)
"""What a preflight is about; the rest of Starlette's answer is a text for nobody."""


class CrossOriginMiddleware(CORSMiddleware):
    """Starlette's CORS for our headers. Other origins send credentials in headers, never in cookies."""

    def __init__(self, app: ASGIApp, *, origins: list[str]) -> None:
        super().__init__(
            app,
            allow_origins=[origin for origin in origins if origin != "*"],
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=EXPOSED_HEADERS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave alone what a proxy asks: there, Origin is about the API behind, which has its own rules."""
        if scope["type"] == "http" and scope["path"].startswith(FORWARD_PATH):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer 204 to every preflight; a refused one lacks the allowance that the browser looks for."""
        answer = super().preflight_response(request_headers)
        kept = {name: value for name, value in answer.headers.items() if name in PREFLIGHT_HEADERS}
        return Response(status_code=204, headers=kept)
