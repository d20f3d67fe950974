"""One line per request: who asked for what, how it ended, how long it took; no body, no query, no key."""

import structlog
from starlette.types import Scope

CLIENT_CLOSED_REQUEST = 499
"""Written when the caller hung up before there was an answer (nginx's number for it)."""

logger = structlog.get_logger()


def write_access_line(scope: Scope, status: int, duration_seconds: float) -> None:
    """Write the line of one request."""
    state = scope["state"]
    principal = state.get("principal")
    logger.info(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status or CLIENT_CLOSED_REQUEST,
        duration_ms=round(duration_seconds * 1000, 2),
        client_ip=state["client_address"],
        request_id=state["request_id"],
        subject=None if principal is None else principal.subject,
    )
