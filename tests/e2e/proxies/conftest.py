"""One Faregate, one API, and each proxy between them."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.e2e.proxies.neighbours import Api, Way
from tests.e2e.proxies.proxies import RECIPES, RunningProxy, require_installed
from tests.e2e.servers import Server
from tests.factories.forward import ROUTES


@pytest.fixture(scope="module")
async def faregate(settings, tmp_path_factory):
    """The port of a server with a route table."""
    server = Server(
        settings,
        tmp_path_factory.mktemp("faregate"),
        FAREGATE_FORWARD__ROUTES=json.dumps(ROUTES),
        FAREGATE_HTTP__TRUSTED_PROXIES='["127.0.0.0/8"]',
    )
    server.start()
    try:
        server.await_ready()
        yield server.port
    finally:
        server.stop()


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[Api]:
    async with Api() as listening:
        yield listening


@pytest.fixture(scope="module")
async def way(faregate) -> AsyncIterator[Way]:
    """The way to Faregate."""
    async with Way(faregate) as listening:
        yield listening


@pytest.fixture(scope="module", params=RECIPES)
async def proxy(request, faregate, api, way, tmp_path_factory):
    """A proxy that runs by its recipe."""
    require_installed(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    running = RunningProxy(request.param, folder, faregate=way.port, second=way.port, api=api.port)
    try:
        await running.start()
        yield running
    finally:
        running.stop()
