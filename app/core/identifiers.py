"""Identifiers: UUIDv7 (RFC 9562), ordered by creation time, so that index inserts stay on one page."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid7()
