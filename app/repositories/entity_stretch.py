"""A part of what only grows: read from a place in it, not by pages that move on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.schemas.page import encode_cursor

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class EntityStretch(Generic[E]):
    """Some entities, newest first, and where to read on; `CursorPage[X].model_validate` reads it."""

    items: Sequence[E]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Sequence[E], *, size: int, place: Callable[[E], int]) -> "EntityStretch[E]":
        """The first `size` of them; one more than asked for tells whether there is more."""
        items = found[:size]
        return cls(items, encode_cursor(place(items[-1])) if len(found) > size else None)
