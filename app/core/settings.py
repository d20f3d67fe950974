"""Settings: one frozen object, read once from the environment by `main` and `cli`."""

import os
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    """Where this process runs."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsGroup(BaseModel):
    """A group of settings that belong together."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(SettingsGroup):
    """Where PostgreSQL is, and how patient we are with it."""

    url: SecretStr | None = None
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    max_overflow: Annotated[int, Field(ge=0, le=200)] = 10
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
        _, separator, rest = self.url.get_secret_value().partition("://")
        return f"postgresql+asyncpg{separator}{rest}"


class SecretSettings(SettingsGroup):
    """What must never be seen: no defaults; development generates them into `.data/`."""

    api_key_pepper: SecretStr | None = None
    """At least 32 bytes, base64 or hex or plain: keys the HMAC of API keys and of opaque tokens."""
    api_key_pepper_id: Annotated[int, Field(ge=1, le=32767)] = 1
    previous_api_key_peppers: dict[int, SecretStr] = Field(default_factory=dict)
    signing_key: SecretStr | None = None
    """An EC P-256 private key in PEM: signs access tokens (ES256)."""


class HttpSettings(SettingsGroup):
    """How Faregate is reached."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    public_url: HttpUrl = HttpUrl("http://127.0.0.1:8000")
    trusted_hosts: list[str] = Field(default_factory=lambda: ["*"])
    trusted_proxies: list[IPv4Network | IPv6Network] = Field(default_factory=list)
    cors_origins: list[str] = Field(default_factory=list)
    body_limit_bytes: Annotated[int, Field(ge=1024, le=100_000_000)] = 1_048_576
    docs_open: bool | None = None
    """Whether /docs is served; left out: everywhere but in production."""


class SessionSettings(SettingsGroup):
    """How long people stay signed in, and what a password costs."""

    issuer: str = "faregate"
    audience: str = "faregate"
    access_token_seconds: Annotated[int, Field(ge=60, le=3600)] = 600
    refresh_idle_seconds: Annotated[int, Field(ge=3600)] = 14 * 86_400
    refresh_absolute_seconds: Annotated[int, Field(ge=3600)] = 90 * 86_400
    argon2_memory_kib: Annotated[int, Field(ge=19_456)] = 19_456
    argon2_iterations: Annotated[int, Field(ge=2)] = 2
    argon2_parallelism: Annotated[int, Field(ge=1)] = 1
    hashing_concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    hashing_queue: Annotated[int, Field(ge=1, le=10_000)] = 64


class LimitSettings(SettingsGroup):
    """Limits outside the plans: requests per minute on routes that know no organization yet."""

    anonymous_per_address: Annotated[int, Field(ge=1)] = 120
    auth_per_address: Annotated[int, Field(ge=1)] = 30
    auth_global: Annotated[int, Field(ge=1)] = 600
    login_per_account_and_address: Annotated[int, Field(ge=1)] = 5


class GateSettings(SettingsGroup):
    """How the gate coalesces."""

    queue_max: Annotated[int, Field(ge=1)] = 10_000
    batch_max: Annotated[int, Field(ge=1)] = 512
    flushes_max: Annotated[int, Field(ge=1, le=16)] = 2
    deadline_seconds: Annotated[float, Field(gt=0)] = 5


class LoggingSettings(SettingsGroup):
    """What is written down."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] | None = None
    """Left out: json in production, console elsewhere."""


class Settings(BaseSettings):
    """Everything that can be set, in groups: `FAREGATE_<GROUP>__<NAME>`; plain `DATABASE_URL` is accepted."""

    model_config = SettingsConfigDict(
        env_prefix="FAREGATE_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    def __init__(self, **values: Any) -> None:
        """Accept the plain name that every platform sets."""
        plain = os.environ.get("DATABASE_URL")
        if plain and "database" not in values and "FAREGATE_DATABASE__URL" not in os.environ:
            values["database"] = {"url": plain}
        super().__init__(**values)

    environment: Environment = Environment.DEVELOPMENT
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    secrets: SecretSettings = Field(default_factory=SecretSettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    sessions: SessionSettings = Field(default_factory=SessionSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    gate: GateSettings = Field(default_factory=GateSettings)
    logging: LoggingSettings = Field(default_factory=LoggingSettings)
