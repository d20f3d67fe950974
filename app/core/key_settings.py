"""Settings of API keys."""

from typing import Annotated

from pydantic import Field, HttpUrl

from app.core.forward_settings import ScopeToken
from app.core.settings_group import SettingsGroup


class KeySettings(SettingsGroup):
    """What API keys may be."""

    per_organization_max: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Keys of an organization that are not revoked."""
    resource_scopes: list[ScopeToken] = Field(default_factory=list)
    """Scopes of the API behind the gate that members may give to their keys, besides Faregate's own."""
    leak_report_keys_url: HttpUrl | None = None
    """Where the one who may report leaked keys publishes its public keys; left out: nobody may."""
    foreign_prefixes: tuple[Annotated[str, Field(pattern=r"^[!-~]{0,32}$")], ...] = ()
    """How imported keys of another system begin; what begins otherwise is never looked up."""
