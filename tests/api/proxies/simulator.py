"""What the simulated proxies share: a client's request, and what becomes of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import httpx2
import yaml

from tests.docs.documents import Document

Headers = list[tuple[str, str]]
Ask = Callable[[str, str, Headers], Awaitable[httpx2.Response]]
"""Sends a method, a target and headers to Faregate."""


@dataclass(frozen=True)
class Request:
    """What a client sends, or the API behind gets."""

    method: str
    target: str
    headers: Headers

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each.lower() == name.lower()]


@dataclass(frozen=True)
class Outcome:
    """Either the API gets the request, or the client this answer."""

    passed: Request | None
    status: int
    headers: Mapping[str, str]
    """What the client gets: of a refusal, or besides what the API answers."""
    body: str = ""


def configuration(page: str) -> dict:
    """The configuration of a recipe."""
    (text,) = [block.text for block in Document(page).blocks if block.language == "yaml"]
    return yaml.safe_load(text)


def without(headers: Headers, removed: set[str]) -> Headers:
    """The headers that are not removed, whatever their case."""
    return [(name, value) for name, value in headers if name.lower() not in removed]
