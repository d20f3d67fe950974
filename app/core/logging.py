"""Logging: readable lines in development, one JSON object per line in production; secrets are blacked out."""

import json
import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, Processor, WrappedLogger

from app.core.redaction import redact, redact_member, redact_text
from app.core.settings import Environment, LoggingSettings

request_id_of_context: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, for every line written meanwhile."""


class StandardOutput:
    """Writes lines to the standard output of the moment; a full disk or a closed pipe stops no request."""

    def msg(self, line: str) -> None:
        """Write one line."""
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except (OSError, ValueError):
            return

    debug = info = warning = error = critical = exception = log = msg


Renderer = Callable[[WrappedLogger, str, EventDict], str | bytes]


def configure_logging(settings: LoggingSettings, environment: Environment) -> None:
    """Send every line of this process, ours and the libraries', through the same processors."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    production = environment is Environment.PRODUCTION
    written = settings.format or ("json" if production else "console")
    renderer = json_renderer() if written == "json" else console_renderer()
    structlog.configure(
        processors=[structlog.processors.add_log_level, *shared_processors(), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: StandardOutput(),
        cache_logger_on_first_use=False,
    )
    route_standard_logging(level, renderer)


def shared_processors() -> list[Processor]:
    """What happens to every line before it is rendered."""
    return [
        add_request_id,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact_event,
    ]


def json_renderer() -> Renderer:
    """One JSON object per line."""
    return structlog.processors.JSONRenderer(serializer=encode_json)


def encode_json(event: EventDict, **_: object) -> str:
    """Encode the quick way; the slow way also takes text that is no Unicode (a lone surrogate)."""
    try:
        return to_json(event, fallback=str).decode()
    except ValueError:
        return json.dumps(event, default=str)


def console_renderer() -> Renderer:
    """Aligned columns, in colour on a terminal."""
    return structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), pad_event_to=0)


def route_standard_logging(level: int, renderer: Renderer) -> None:
    """Give the libraries' own loggers the same processors and the same output."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            *shared_processors(),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = LineHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if not isinstance(other, LineHandler)] + [handler]
    # Libraries tell at INFO what we log ourselves, some of it with whole URLs.
    root.setLevel(max(level, logging.WARNING))


class LineHandler(logging.Handler):
    """Hands the lines of the standard library's loggers to `StandardOutput`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        StandardOutput().msg(self.format(record))


def add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name the request that a line belongs to."""
    request_id = request_id_of_context.get()
    if request_id is not None and "request_id" not in event:
        event["request_id"] = request_id
    return event


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Black out what looks like a secret, by name or by form."""
    redacted: dict[str, Any] = {}
    for name, value in event.items():
        if name.startswith("_"):  # structlog's own bookkeeping
            redacted[name] = value
        elif isinstance(value, str):
            redacted[name] = redact_text(value) if name in PLAIN_MEMBERS else redact_member(name, value)
        else:
            redacted[name] = redact_member(name, redact(value))
    return redacted


PLAIN_MEMBERS = frozenset({"event", "level", "timestamp", "logger", "exception", "request_id"})
"""Members whose name is ours, so that only their text is looked at."""
