"""Identifiers: UUIDv7 (RFC 9562), ordered by creation time, so that index inserts stay on one page."""

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid7()


def new_request_id() -> str:
    """A new UUIDv7 as text, for what is written and never stored: every request pays for it."""
    return str(uuid_utils.uuid7())


def one_spelling(identifier: str) -> str:
    """The same text for every spelling of a UUID, so that capitals do not make another thing of it."""
    try:
        return str(UUID(identifier))
    except ValueError:
        return identifier
