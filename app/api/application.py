"""The application: FastAPI inside our middleware, not around it."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp


class Application(FastAPI):
    """FastAPI with `layers` around it, the outermost first.

    FastAPI puts three layers of its own around those that are added to it. Every request would pay for them,
    those too that never reach a route; and the first, which answers what nobody foresaw, would do so in plain
    text, without a request id.
    """

    layers: Sequence[Middleware] = ()

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap what FastAPI builds; our own layer for unexpected errors stands in for its."""
        app = super().build_middleware_stack()
        if isinstance(app, ServerErrorMiddleware):
            app = app.app
        for layer in reversed(self.layers):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app
