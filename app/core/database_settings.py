"""The settings of the one server there is."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import AfterValidator, Field, SecretStr

from app.core.settings_group import SettingsGroup

UNDERSTOOD_PARAMETERS = frozenset({"host", "port", "sslmode"})
LIBPQ_ONLY_PARAMETERS = frozenset({"channel_binding", "connect_timeout", "gssencmode"})
"""What platforms put into PostgreSQL URLs and asyncpg does not know."""
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def require_postgresql(url: SecretStr | None) -> SecretStr | None:
    """Refuse the URL of anything but PostgreSQL, and what cannot be read as a URL; neither is shown."""
    if url is None:
        return None
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        message = "must begin with postgresql://"
        raise ValueError(message)
    complaint = complaint_about_parts(url.get_secret_value())
    if complaint is not None:
        raise ValueError(complaint)
    return url


def complaint_about_parts(url: str) -> str | None:
    """What cannot be read in a URL, without a word of it but the names of parameters; None: all can be."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- reading it is what fails
    except ValueError:
        return "must be a URL with a number as its port, and a password whose :, /, ?, # and @ are %-encoded"
    parameters = dict(parse_qsl(parts.query))
    unknown = parameters.keys() - UNDERSTOOD_PARAMETERS - LIBPQ_ONLY_PARAMETERS
    if unknown:
        return f"must do without the parameter {min(unknown)}"
    if parameters.get("sslmode", "prefer") not in SSL_MODES:
        return f"must have one of these as sslmode: {', '.join(SSL_MODES)}"
    return None


class DatabaseSettings(SettingsGroup):
    """Where PostgreSQL is, and how patient we are with it."""

    url: Annotated[SecretStr | None, AfterValidator(require_postgresql)] = None
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    pool_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    connect_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    statement_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 10
    lock_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 5

    @property
    def sqlalchemy_url(self) -> str:
        """The URL with the driver named, as SQLAlchemy wants it.

        Raises:
            ValueError: no URL is set.
        """
        if self.url is None:
            message = "DATABASE_URL is not set"
            raise ValueError(message)
        _, _, rest = self.url.get_secret_value().partition("://")
        place, _, query = rest.partition("?")
        parameters = [
            ("ssl" if name == "sslmode" else name, value)
            for name, value in parse_qsl(query)
            if name not in LIBPQ_ONLY_PARAMETERS
        ]
        return f"postgresql+asyncpg://{place}" + (f"?{urlencode(parameters)}" if parameters else "")

    @property
    def driver_url(self) -> str:
        """The URL as the driver itself wants it.

        Raises:
            ValueError: no URL is set.
        """
        return self.sqlalchemy_url.replace("postgresql+asyncpg", "postgresql", 1).replace(
            "ssl=", "sslmode=", 1
        )
