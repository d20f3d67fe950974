"""What a proxy asks on behalf of the API behind it, and what its routes cost."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.core.admission import LimitUse
from app.core.route_table import ANY_METHOD, PricedRoute, RouteTable
from app.core.settings_group import SettingsGroup

FORWARD_PATH = "/api/v1/forward-auth"
"""Where proxies ask; everything below it is theirs to use too."""
COST_MAX = 1_000_000_000_000
SEGMENT = re.compile(r"(?!\.{1,2}$)[^/\\%?#;{}\s\x00-\x1f\x7f]+|\{[a-z_][a-z0-9_]*\}")
REST = re.compile(r"\{[a-z_][a-z0-9_]*:path\}")

ScopeToken = Annotated[
    str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$", min_length=1, max_length=100)
]
"""A scope-token of OAuth (RFC 6749, section 3.3)."""


def require_template(path: str) -> str:
    """Refuse what no request could match."""
    segments = path.removeprefix("/").split("/")
    if REST.fullmatch(segments[-1]):
        segments.pop()
    if not path.startswith("/") or (path != "/" and not all(map(SEGMENT.fullmatch, segments))):
        message = "must be like /reports/{id}, decoded, without a slash at the end"
        raise ValueError(message)
    return path


def refuse_head(method: str) -> str:
    """A HEAD is decided as the GET it is (RFC 9110, section 9.3.2)."""
    if method == "HEAD":
        message = "must not be HEAD, which is decided as GET"
        raise ValueError(message)
    return method


class LimitUseSetting(SettingsGroup):
    """How much of one of the plan's limits a call of the route uses."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    cost: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 1


class RouteSetting(SettingsGroup):
    """One line of the price list."""

    method: Annotated[
        str, StringConstraints(pattern=r"^([A-Z][A-Z-]{0,31}|\*)$"), AfterValidator(refuse_head)
    ] = ANY_METHOD
    path: Annotated[str, Field(min_length=1, max_length=150), AfterValidator(require_template)]
    cost: Annotated[int, Field(strict=True, ge=0, le=COST_MAX)]
    scopes: Annotated[tuple[ScopeToken, ...], Field(max_length=32)] = ()
    limits: Annotated[list[LimitUseSetting], Field(max_length=32)] | None = None

    @property
    def priced(self) -> PricedRoute:
        """The same as the gate takes it."""
        limits = None if self.limits is None else tuple(LimitUse(use.name, use.cost) for use in self.limits)
        return PricedRoute(self.method, self.path, self.cost, self.scopes, limits)


class ForwardSettings(SettingsGroup):
    """The routes of the API behind a proxy that asks `/api/v1/forward-auth`."""

    routes: list[RouteSetting] = Field(default_factory=list)
    routes_file: Path | None = None
    """A TOML file with the same, as `[[routes]]`; it is read when the process starts."""
    unlisted: Literal["allow", "refuse"] = "allow"
    """Whether who has a valid credential may call what is not in the list, for nothing."""
    preflights: bool = False
    """Whether the preflights of browsers, which carry no credential, are let through."""

    @model_validator(mode="before")
    @classmethod
    def read_routes_file(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Put the file's routes where those of the environment would be."""
        name = values.get("routes_file")
        if not name:
            return values
        if values.get("routes"):
            message = "routes_file and routes must not both be set"
            raise ValueError(message)
        try:
            content = tomllib.loads(Path(name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"routes_file must be a TOML file: {error}"
            raise ValueError(message) from None
        if set(content) - {"routes"}:
            message = "routes_file must hold [[routes]] and nothing else"
            raise ValueError(message)
        return {**values, "routes": content.get("routes", [])}

    @model_validator(mode="after")
    def require_one_meaning(self) -> Self:
        """Refuse two lines for the same requests."""
        self.route_table()
        return self

    def route_table(self) -> RouteTable:
        """The routes, ready to be found."""
        return RouteTable(route.priced for route in self.routes)
