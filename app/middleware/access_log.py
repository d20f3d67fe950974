"""One line per request: who asked for what, how it ended, how long it took; no body, no query, no key."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import structlog
from starlette.types import Scope

from app.core.logging import StandardOutput
from app.core.redaction import redact_text

PROBES, ERRORS = "/health/", 400
"""A probe that is answered well says nothing worth a line every few seconds."""
CLIENT_CLOSED_REQUEST = 499
"""Written when the caller hung up before there was an answer (nginx's number for it)."""


class AccessLog:
    """Writes the lines under the logging configuration of the moment in which it is made.

    Every request pays for its line, so it goes straight to the renderer: its members are known, and only the
    path can hold what a caller put there by mistake. The lines of one turn of the event loop leave together.
    """

    def __init__(self) -> None:
        self.enabled: bool = structlog.get_logger().bind().is_enabled_for(logging.INFO)
        self._render = structlog.get_config()["processors"][-1]
        self._output = StandardOutput()
        self._lines: list[str] = []

    def write(self, scope: Scope, status: int, duration_seconds: float) -> None:
        """Write the line of one request."""
        if not self.enabled or (status < ERRORS and scope["path"].startswith(PROBES)):
            return
        line = self._render(None, "info", access_line(scope, status, duration_seconds))
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        """Hand over what was gathered."""
        lines, self._lines = self._lines, []
        self._output.msg("\n".join(lines))


def access_line(scope: Scope, status: int, duration_seconds: float) -> dict[str, Any]:
    """What is told about one request."""
    state = scope["state"]
    return {
        "timestamp": datetime.now(UTC).isoformat(),
        "level": "info",
        "event": "request",
        "method": scope["method"],
        "path": redact_text(scope["path"]),
        "status": status or CLIENT_CLOSED_REQUEST,
        "duration_ms": round(duration_seconds * 1000, 2),
        "client_ip": state["client_address"],
        "request_id": state["request_id"],
        "subject": state.get("subject"),
    }
