"""Granian, as Faregate runs it: the same in development, in production and in benchmarks."""

import importlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from app.cli.errors import CommandError
from app.core.logging import configure_logging
from app.core.settings import HttpSettings, Settings

TARGET_MODULE, TARGET_FACTORY = "app.main", "create_app"
SHUTDOWN_SECONDS_MAX = 10
PARENT_CHECK_SECONDS = 0.2


class WebServer:
    """Serves the application until a signal says stop."""

    def __init__(self, settings: Settings) -> None:
        """Make sure that the port can be had: Granian would share it with another Granian in silence.

        Raises:
            CommandError: it cannot.
        """
        require_free(settings.http)
        self._settings = settings
        self._granian = Server(
            f"{TARGET_MODULE}:{TARGET_FACTORY}",
            address=settings.http.host,
            port=settings.http.port,
            interface=Interfaces.ASGI,
            workers=settings.http.workers,
            loop=Loops.uvloop,
            factory=True,
            websockets=False,
            log_access=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=settings.is_production,
            workers_kill_timeout=SHUTDOWN_SECONDS_MAX,
        )

    def on_startup(self, hook: Callable[[], None]) -> None:
        """Call `hook` when the port is ours, before the workers start."""
        self._granian.on_startup(hook)

    def serve(self) -> None:
        """Serve until SIGINT or SIGTERM; SIGHUP (a closed terminal) stops too.

        Raises:
            CommandError: a worker ended by itself.
        """
        configure_logging(self._settings.logging, self._settings.environment)
        self._granian.on_startup(self._stop_on_hangup)
        try:
            self._granian.serve(target_loader=load_in_worker, wrap_loader=False)
        except SystemExit:
            message = "the server has stopped by itself; its last lines above say why"
            raise CommandError(message) from None

    def _stop_on_hangup(self) -> None:
        signal.signal(signal.SIGHUP, self._granian.signal_handler_interrupt)


def load_in_worker() -> Any:  # noqa: ANN401 -- an ASGI application, whatever its class
    """Make the application, in a worker process that takes orders from its parent alone.

    Its own session keeps the terminal's Ctrl-C away: the parent hears it and stops the workers in order.
    """
    # Until Granian listens for signals itself, a worker still has its parent's handler, which would only
    # take note: who stops a server that is just starting would wait until it is killed.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setsid()
    threading.Thread(target=leave_with_parent, args=(os.getppid(),), daemon=True).start()
    return getattr(importlib.import_module(TARGET_MODULE), TARGET_FACTORY)()


def leave_with_parent(parent_pid: int) -> None:
    """Stop when the parent was killed: a worker alone would hold the port for ever."""
    while os.getppid() == parent_pid:
        time.sleep(PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def require_free(http: HttpSettings) -> None:
    """Go on only if the address and port can be listened on.

    Raises:
        CommandError: saying why not.
    """
    where = f"{http.host}:{http.port}"
    try:
        family, kind, _, _, address = socket.getaddrinfo(http.host, http.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        message = f"{http.host} is not an address: {error.strerror}"
        raise CommandError(message) from None
    except OSError as error:
        message = f"cannot listen on {where}: {error.strerror}; choose another port with --port"
        raise CommandError(message) from None
