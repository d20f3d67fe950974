"""Applications with their own HTTP settings and a few routes that misbehave; none touches the database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from app.core.logging import configure_logging
from app.core.settings import Settings
from app.main import create_app


@pytest.fixture
def build(settings: Settings) -> Callable[..., FastAPI]:
    """Make an application: `build(cors_origins=[...])`."""

    def build_app(log_level: str = "warning", **http: object) -> FastAPI:
        application = create_app(
            settings.model_copy(
                update={
                    "http": settings.http.model_copy(update=http),
                    "logging": settings.logging.model_copy(update={"level": log_level}),
                }
            )
        )
        add_misbehaving_routes(application)
        return application

    yield build_app
    configure_logging(settings.logging, settings.environment)


def add_misbehaving_routes(application: FastAPI) -> None:
    """Routes that tests provoke the frame with."""

    @application.get("/broken")
    async def broken() -> None:
        structlog.get_logger().error("about to break", password="hunter2-canary", note="fg_live_canary123")
        message = "the canary fg_live_canary456 sings"
        raise RuntimeError(message)

    @application.get("/half-broken")
    async def half_broken() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            raise RuntimeError

        return StreamingResponse(parts())

    @application.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    @application.get("/state")
    async def state(request: Request) -> dict[str, str]:
        request.scope["state"]["rate_limit_headers"] = {"RateLimit": '"minute";r=4;t=2'}
        return {name: request.scope["state"][name] for name in ("request_id", "client_address")}

    @application.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(10)

    @application.get("/kept")
    async def kept() -> Response:
        return Response(
            headers={"Cache-Control": "public, max-age=60", "Content-Security-Policy": "default-src 'self'"}
        )


@asynccontextmanager
async def calling(
    application: FastAPI, client: tuple[str, int] = ("127.0.0.1", 123)
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of one application, at an address of choice."""
    transport = httpx2.ASGITransport(app=application, raise_app_exceptions=False, client=client)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http
