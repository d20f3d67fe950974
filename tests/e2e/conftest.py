"""A real browser before a real server, for the tests that need both."""

import secrets

import pytest

from tests.e2e.chromium import chromium, find_chromium
from tests.e2e.servers import Server


@pytest.fixture(scope="session")
def browser_server(settings, tmp_path_factory):
    """A real server under a name to which browsers send `Secure` cookies without TLS."""
    find_chromium()
    server = Server(settings, tmp_path_factory.mktemp("server"), host="localhost")
    server.start()
    try:
        server.await_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
async def browser(tmp_path_factory):
    """A browser for all of these tests."""
    async with chromium(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
async def page(browser):
    """A tab with cookies of its own."""
    return await browser.open_page()


@pytest.fixture
def email():
    """A new address."""
    return f"reader-{secrets.token_hex(8)}@example.org"
