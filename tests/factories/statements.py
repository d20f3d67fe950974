"""Watching what is asked of PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

SIGNS_OF_THE_BACKGROUND = ("SET last_used_at", "SET LOCAL synchronous_commit", "FROM signing_keys")


@contextmanager
def watched_statements() -> Iterator[list[tuple[str, str]]]:
    """Every statement of this process meanwhile, with its parameters as text.

    All but what is done in the background whenever it is due: noting key use, reading signing keys.
    """
    seen: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not any(sign in statement for sign in SIGNS_OF_THE_BACKGROUND):
            seen.append((statement, repr(parameters)))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
