"""What an application says of its routes: its OpenAPI document, and the routes that are not in it."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from standards.access import TRIED
from standards.live.example import example_of
from standards.remark import Remark

AN_ID = "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"
VERBS = ("get", "post", "put", "patch", "delete")
SIZES = frozenset({"limit", "size", "page_size", "per_page"})


class AnyId(dict[str, str]):
    """Fills every name of a path with the id of nothing."""

    def __missing__(self, name: str) -> str:
        return AN_ID


@dataclass(frozen=True)
class Operation:
    """A method of a path."""

    method: str
    template: str
    place: Remark
    """Where its function is."""
    is_public: bool
    limits: tuple[str, ...] = ()
    body: object = None
    """A body that it accepts, as far as its schema tells."""
    size: str | None = None
    """The query parameter that says how many."""

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{self.method} {self.template}"

    @property
    def path(self) -> str:
        """A path of it, about nothing that exists."""
        return self.template.replace(":path}", "}").format_map(AnyId())

    @property
    def is_tried(self) -> bool:
        """Whether strangers can try secrets at it."""
        return self.is_public and self.method == "POST" and TRIED.search(self.template) is not None

    def remark(self, message: str) -> Remark:
        """A remark on it."""
        place = self.place
        return Remark(place.path, place.line, place.column, place.end_column, f"{self.name}: {message}")


def operations_of(
    app: FastAPI, root: Path, *, extension: str, public: tuple[str, ...]
) -> Iterator[Operation]:
    """Every operation: those of the OpenAPI document, then the routes that it leaves out."""
    places = places_of(app, root)
    document = app.openapi()
    for template, methods in document["paths"].items():
        for verb in VERBS:
            if verb in methods:
                name = f"{verb.upper()} {template}"
                yield documented(name, methods[verb], document, places, extension=extension, public=public)
    known = {
        f"{verb.upper()} {template}" for template, methods in document["paths"].items() for verb in methods
    }
    for name, place in places.items():
        method, _, template = name.partition(" ")
        if name not in known and method != "HEAD":
            yield Operation(method, template, place, is_public=name in public)


def documented(
    name: str,
    told: Mapping[str, Any],
    document: Mapping[str, Any],
    places: Mapping[str, Remark],
    *,
    extension: str,
    public: tuple[str, ...],
) -> Operation:
    """An operation of the document: its access is what the extension says, else what `security` says."""
    method, _, template = name.partition(" ")
    access = told.get(extension)
    closed = (
        bool(access["credentials"])
        if access is not None
        else bool(told.get("security", document.get("security")))
    )
    is_public = name in public or (access is not None and not closed)
    sizes = [
        each["name"] for each in told.get("parameters", ()) if each["in"] == "query" and each["name"] in SIZES
    ]
    return Operation(
        method,
        template,
        places.get(name, Remark("pyproject.toml", 1, 1, 2, "")),
        is_public=is_public,
        limits=tuple((access or {}).get("limits", ())),
        body=example_of(told.get("requestBody"), document),
        size=sizes[0] if sizes else None,
    )


def places_of(app: FastAPI, root: Path) -> dict[str, Remark]:
    """Where the function of each route is."""
    found = {}
    for route in iter_route_contexts(app.routes):
        endpoint = getattr(route, "endpoint", None)
        path = getattr(route, "path_format", None) or getattr(route, "path", None)
        for method in getattr(route, "methods", None) or ():
            found[f"{method} {path}"] = place_of(endpoint, root)
    return found


def place_of(endpoint: object, root: Path) -> Remark:
    """The line that defines a function, within the project; its configuration for what is not."""
    try:
        function = inspect.unwrap(endpoint)  # type: ignore[arg-type]  # what is no function raises
        file = Path(inspect.getsourcefile(function) or "")
        lines, start = inspect.getsourcelines(function)
        path = file.resolve().relative_to(root.resolve()).as_posix()
    except (TypeError, OSError, ValueError):
        return Remark("pyproject.toml", 1, 1, 2, "")
    offset = next((number for number, line in enumerate(lines) if "def " in line), 0)
    column = lines[offset].index("def ") + 5 if "def " in lines[offset] else 1
    return Remark(path, start + offset, column, column + len(getattr(function, "__name__", "x")), "")
