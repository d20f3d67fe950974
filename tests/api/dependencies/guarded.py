"""Small routes behind real guards, in an application over the same resources as the real one."""

import secrets
from contextlib import asynccontextmanager

import httpx2

from app.main import create_app


def mount(app, router):
    """The whole application, and this router beside its own."""
    application = create_app(app.state.resources.settings)
    application.include_router(router)
    application.state.resources = app.state.resources
    return application


@asynccontextmanager
async def connect(application, address=None):
    """A client of it, calling from that address or from one that nobody had before."""
    transport = httpx2.ASGITransport(
        app=application, raise_app_exceptions=False, client=(address or new_address(), 1234)
    )
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


def new_address():
    """An address of a private network, at random."""
    return f"10.{'.'.join(str(byte) for byte in secrets.token_bytes(3))}"


def fresh(name):
    """A name that no other test uses, for buckets and charges."""
    return f"{name}-{secrets.token_hex(4)}"
