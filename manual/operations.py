"""The operations of an OpenAPI document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.api.openapi import EXTENSION


@dataclass(frozen=True, slots=True)
class Operation:
    """A route, as the document tells it."""

    route: str
    definition: dict[str, Any]

    @property
    def tag(self) -> str:
        """Its subject."""
        return str(self.definition["tags"][0])

    @property
    def summary(self) -> str:
        """What it does, in a line."""
        return str(self.definition["summary"])

    @property
    def access(self) -> dict[str, Any]:
        """Who may call it, and what a call takes."""
        told: dict[str, Any] = self.definition[EXTENSION]
        return told


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """All of them, in the document's order."""
    for path, methods in document["paths"].items():
        for method, definition in methods.items():
            yield Operation(f"{method.upper()} {path}", definition)
