"""Every route of the running application, with what it declares."""

from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.api.access import Access
from app.api.dependencies.guards.require_session import SAFE_METHODS
from app.api.strict_route import StrictRoute

ABSENT_ID = "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"


class Route(NamedTuple):
    """One method of one path."""

    method: str
    path: str
    access: Access

    @property
    def url(self) -> str:
        """The path with ids of nothing."""
        return self.path.format_map(Anything())

    @property
    def changes_something(self) -> bool:
        """Whether it is there to change something."""
        return self.method not in SAFE_METHODS

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Anything(dict[str, str]):
    """Fills every name of a path with the id of nothing."""

    def __missing__(self, name: str) -> str:
        return ABSENT_ID


def all_routes(app: FastAPI) -> list[Route]:
    """Every declared route."""
    return [
        Route(method, route.path_format, route.original_route.access)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, StrictRoute)
        for method in sorted(route.methods or ())
    ]
