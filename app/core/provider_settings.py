"""Settings of signing in through others, and of calling them."""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, FilePath, SecretStr, StringConstraints, model_validator

from app.core.settings_group import SettingsGroup

LINK_LOCAL = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def refuse_link_local(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """Refuse a network where cloud machines find their own credentials."""
    if overlaps(network, *LINK_LOCAL):
        message = "must not hold link-local addresses"
        raise ValueError(message)
    return network


def overlaps(network: IPv4Network | IPv6Network, *others: IPv4Network | IPv6Network) -> bool:
    """Whether networks share an address."""
    return any(network.version == other.version and network.overlaps(other) for other in others)


class OutboundSettings(SettingsGroup):
    """Calls to others' servers: https, to public addresses alone, unless said otherwise here."""

    allowed_networks: list[Annotated[IPv4Network | IPv6Network, AfterValidator(refuse_link_local)]] = Field(
        default_factory=list
    )
    """Networks that are not public and may be called: where a company's own provider is."""
    ca_file: FilePath | None = None
    """Certificate authorities in PEM to trust instead of the system's."""
    timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 5

    @property
    def complaint(self) -> str | None:
        """What production must not run with: calls to this machine itself."""
        inside = any(overlaps(network, *LOOPBACK) for network in self.allowed_networks)
        return "must not hold loopback addresses" if inside else None


class ProviderKind(StrEnum):
    """How a provider speaks."""

    OIDC = "oidc"
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    GITHUB = "github"


ISSUERS: Mapping[ProviderKind, str] = {
    ProviderKind.GOOGLE: "https://accounts.google.com",
    ProviderKind.MICROSOFT: "https://login.microsoftonline.com/common/v2.0",
    ProviderKind.GITHUB: "https://github.com",
}
SCOPES: Mapping[ProviderKind, list[str]] = {
    ProviderKind.OIDC: ["openid", "email", "profile"],
    ProviderKind.GOOGLE: ["openid", "email", "profile"],
    ProviderKind.MICROSOFT: ["openid", "email", "profile"],
    ProviderKind.GITHUB: ["read:user", "user:email"],
}


def require_https(url: str) -> str:
    """Refuse anything but an https URL without query and fragment."""
    if not url.startswith("https://") or "?" in url or "#" in url:
        message = "must be an https URL without query and fragment"
        raise ValueError(message)
    return url


def require_page(url: str) -> str:
    """Refuse anything but a page that is reached over https, or on this machine in development."""
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)
    if not is_safe or not parts.hostname or "@" in parts.netloc or "#" in url:
        message = "must be an https URL without a fragment"
        raise ValueError(message)
    return url


class ProviderSettings(SettingsGroup):
    """One provider: whom it vouches for may sign in here."""

    kind: ProviderKind = ProviderKind.OIDC
    issuer: Annotated[str, AfterValidator(require_https)] = ""
    """Exactly as the provider spells it; left out for those whose issuer is known."""
    client_id: Annotated[str, Field(min_length=1, max_length=512)]
    client_secret: SecretStr | None = None
    scopes: list[Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5B\x5D-\x7E]{1,200}$")]] = Field(
        default_factory=list
    )
    """What to ask for; left out: who it is, and their e-mail address."""
    trusted_for_email: bool = False
    """Whether an address that it calls verified is taken as verified."""
    title: Annotated[str, Field(max_length=100)] = ""
    """What people call it; left out: its name."""

    @model_validator(mode="before")
    @classmethod
    def fill_in(cls, values: object) -> object:
        """Complete what follows from the kind."""
        if not isinstance(values, dict):
            return values
        try:
            kind = ProviderKind(values.get("kind", ProviderKind.OIDC))
        except ValueError:
            return values
        known = {"issuer": ISSUERS.get(kind), "scopes": SCOPES[kind]}
        return {**{name: value for name, value in known.items() if value}, **values}

    @model_validator(mode="after")
    def require_issuer(self) -> Self:
        """Refuse a provider that nobody could find, and one whose ID tokens would not be asked for."""
        if not self.issuer:
            message = "must name the issuer"
            raise ValueError(message)
        if self.kind is not ProviderKind.GITHUB and "openid" not in self.scopes:
            message = "must ask for the scope openid"
            raise ValueError(message)
        return self


ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class OauthSettings(SettingsGroup):
    """Signing in through others."""

    providers: dict[ProviderName, ProviderSettings] = Field(default_factory=dict)
    """Providers by the name that stands in their URLs, as JSON."""
    return_urls: list[Annotated[str, Field(max_length=2_000), AfterValidator(require_page)]] = Field(
        default_factory=list
    )
    """Pages that a sign-in may return to; each is compared as a whole."""
    attempt_seconds: Annotated[int, Field(ge=30, le=600)] = 600
    """How long a sign-in may take from its start to its return."""
