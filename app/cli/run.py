"""`faregate run`, behind `make run`."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.cli.development_folder import DevelopmentFolder, RunningServer
from app.cli.environment import complete_for_development, development_folder, override
from app.cli.new_keys import NewKeysOption
from app.cli.preparation import Preparation
from app.cli.serve import HostOption, PortOption, WorkersOption
from app.cli.web_server import WebServer
from app.cli.welcome import Welcome
from app.core.settings import Settings


def run(
    *,
    host: HostOption = None,
    port: PortOption = None,
    workers: WorkersOption = None,
    new_keys: NewKeysOption = False,
) -> None:
    """Start everything for development: a PostgreSQL of its own, migrated and seeded, and the server.

    With DATABASE_URL set, that database is migrated and used; nothing is embedded or seeded.
    """
    stop_on_signals()
    settings = override(host=host, port=port, workers=workers)
    server = WebServer(settings)
    folder = development_folder()
    if settings.database.url is not None:
        settings = complete_for_development(settings, folder)
        serve_prepared(server, Preparation(), Welcome(settings))
        return
    with EmbeddedPostgres(folder.path) as postgres:
        os.environ["DATABASE_URL"] = postgres.url
        settings = complete_for_development(settings, folder)
        preparation = Preparation("--seed", *(["--new-keys"] if new_keys else []))
        with announced(folder, settings, postgres.url):
            serve_prepared(server, preparation, Welcome(settings, folder))


def serve_prepared(server: WebServer, preparation: Preparation, welcome: Welcome) -> None:
    """Serve, while the database is prepared beside it; the welcome is shown when both are ready."""

    def begin() -> None:
        preparation.begin()
        welcome.begin(preparation)

    server.on_startup(begin)
    try:
        server.serve()
    finally:
        preparation.stop()
    if preparation.failed:
        raise typer.Exit(1)


@contextmanager
def announced(folder: DevelopmentFolder, settings: Settings, database_url: str) -> Iterator[None]:
    """Let other commands find the running server, until it stops."""
    folder.announce(RunningServer(os.getpid(), settings.http.local_url, database_url))
    try:
        yield
    finally:
        folder.withdraw()


def stop_on_signals() -> None:
    """Make SIGTERM and SIGHUP unwind like Ctrl-C, so that PostgreSQL is stopped however we are told to."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Unwind as Ctrl-C does."""
    raise KeyboardInterrupt
