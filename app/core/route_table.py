"""The price list of the API behind: what each route costs, which scopes it needs, which limits it uses."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from app.core.admission import LimitUse
from app.core.request_target import read_path

ANY_METHOD = "*"
REMEMBERED = 4096
"""Targets whose route is kept at hand."""


@dataclass(frozen=True, slots=True)
class PricedRoute:
    """What one route demands."""

    method: str
    """A method, or `*` for each that is not named by itself."""
    path: str
    """`/reports/{id}`: a name in braces stands for one segment, `{rest:path}` at the end for all others."""
    cost: int
    scopes: tuple[str, ...] = ()
    limits: tuple[LimitUse, ...] | None = None
    """None: every limit of the plan, weight 1."""

    @property
    def name(self) -> str:
        """What the ledger says was paid for."""
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Place:
    """A node of the tree of paths."""

    literals: dict[str, "Place"] = field(default_factory=dict)
    parameter: "Place | None" = None
    here: dict[str, PricedRoute] = field(default_factory=dict)
    """By method: the routes whose path ends here."""
    rest: dict[str, PricedRoute] = field(default_factory=dict)
    """By method: the routes that take everything from here on."""


class RouteTable:
    """Finds the route of a request; the most literal path that has the method counts."""

    def __init__(self, routes: Iterable[PricedRoute] = ()) -> None:
        """Plant the tree.

        Raises:
            ValueError: two routes are the same to a request.
        """
        self._root = Place()
        self._find = lru_cache(REMEMBERED)(self._look_up)
        self.is_empty = True
        for route in routes:
            self._add(route)
            self.is_empty = False

    def find(self, method: str, target: str) -> PricedRoute | None:
        """The route that `target` asks for; None for one that is not in the table.

        Raises:
            AmbiguousRequestError: servers would read the target differently.
        """
        return self._find(method, target.partition("?")[0])

    def _add(self, route: PricedRoute) -> None:
        place, at_the_end = self._root, "here"
        for segment in template_segments(route.path):
            if segment.endswith(":path}"):
                at_the_end = "rest"
            elif segment.startswith("{"):
                place.parameter = place.parameter or Place()
                place = place.parameter
            else:
                place = place.literals.setdefault(segment.casefold(), Place())
        routes: dict[str, PricedRoute] = getattr(place, at_the_end)
        if route.method in routes:
            message = f"must not hold two routes for the same requests: {routes[route.method].name}"
            raise ValueError(message)
        routes[route.method] = route

    def _look_up(self, method: str, path: str) -> PricedRoute | None:
        return descend(self._root, read_path(path), 0, method)


def descend(place: Place, segments: tuple[str, ...], depth: int, method: str) -> PricedRoute | None:
    """The best route at or below a place; what comes closest to the letter is looked at first."""
    found = None
    if depth == len(segments):
        found = of_method(place.here, method)
    else:
        for next_place in (place.literals.get(segments[depth]), place.parameter):
            if next_place is not None and found is None:
                found = descend(next_place, segments, depth + 1, method)
    return found or of_method(place.rest, method)


def of_method(routes: dict[str, PricedRoute], method: str) -> PricedRoute | None:
    """The route of a method, or else the one for any."""
    return routes.get(method) or routes.get(ANY_METHOD)


def template_segments(path: str) -> list[str]:
    """The segments of a template; none for `/`."""
    return [segment for segment in path.strip("/").split("/") if segment]
