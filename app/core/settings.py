"""Settings: one frozen object, read once from the environment by `main` and `cli`."""

import os
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, HttpUrl, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.database_settings import DatabaseSettings
from app.core.forward_settings import ForwardSettings
from app.core.gate_settings import GateSettings
from app.core.job_settings import JobSettings
from app.core.key_settings import KeySettings
from app.core.ledger_settings import LedgerSettings
from app.core.mail_settings import MailSettings
from app.core.organization_settings import OrganizationSettings
from app.core.provider_settings import OauthSettings, OutboundSettings
from app.core.secret_settings import SecretSettings
from app.core.secret_strength import (
    complaint_about_encryption_key,
    complaint_about_pepper,
    complaint_about_url,
)
from app.core.settings_group import SettingsGroup
from app.core.sign_up_policy import SignUpPolicy
from app.core.usage_settings import UsageSettings

PREFIX = "FAREGATE_"
DELIMITER = "__"


class Environment(StrEnum):
    """Where this process runs."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


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

    @property
    def public_host(self) -> str:
        """The host of the public URL: what people know this Faregate by."""
        return self.public_url.host or ""

    @property
    def public_origin(self) -> str:
        """The origin of our own pages, as browsers spell it (RFC 6454, section 6.1)."""
        url = self.public_url
        usual = {"http": 80, "https": 443}[url.scheme]
        return f"{url.scheme}://{url.host}" + ("" if url.port in {usual, None} else f":{url.port}")

    @property
    def local_url(self) -> str:
        """How a client on this machine reaches the server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class SessionSettings(SettingsGroup):
    """How long people stay signed in, and what a password costs."""

    issuer: str = "faregate"
    audience: str = "faregate"
    access_token_seconds: Annotated[int, Field(ge=60, le=3600)] = 600
    refresh_idle_seconds: Annotated[int, Field(ge=3600)] = 14 * 86_400
    refresh_absolute_seconds: Annotated[int, Field(ge=3600)] = 90 * 86_400
    refresh_grace_seconds: Annotated[int, Field(ge=0, le=30)] = 30
    """How long a used refresh token still tells its successor, for who lost the answer."""
    per_user_max: Annotated[int, Field(ge=1, le=1000)] = 20
    """Sessions of one person at a time; beyond that the oldest ends."""
    argon2_memory_kib: Annotated[int, Field(ge=19_456)] = 19_456
    argon2_iterations: Annotated[int, Field(ge=2)] = 2
    argon2_parallelism: Annotated[int, Field(ge=1)] = 1
    hashing_concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    hashing_queue: Annotated[int, Field(ge=1, le=10_000)] = 64


class LimitSettings(SettingsGroup):
    """Limits outside the plans, where no organization is known yet; per minute unless named otherwise."""

    anonymous_per_address: Annotated[int, Field(ge=1)] = 120
    unknown_keys_per_address: Annotated[int, Field(ge=1)] = 60
    """API keys of good form that nobody knows; keys that are known are not counted, nor held up."""
    leak_reports_per_address: Annotated[int, Field(ge=1)] = 60
    auth_per_address: Annotated[int, Field(ge=1)] = 30
    auth_global: Annotated[int, Field(ge=1)] = 600
    login_per_account_and_address: Annotated[int, Field(ge=1)] = 5
    codes_per_account: Annotated[int, Field(ge=1)] = 5
    guesses_per_account: Annotated[int, Field(ge=5, le=50)] = 40
    """Wrong passwords in a row, for strangers and for known addresses each: together never more than 100."""
    mails_per_account_hourly: Annotated[int, Field(ge=1)] = 5
    invitations_per_member_hourly: Annotated[int, Field(ge=1)] = 30


class AccountSettings(SettingsGroup):
    """How people come to have an account."""

    sign_up: SignUpPolicy | None = None
    """Left out: `invite_only` in production, `open` elsewhere."""
    breached_passwords_url: HttpUrl | None = None
    """A range server, asked about each new password by the start of its hash; left out: nobody is asked."""
    breached_passwords_timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 2
    breached_passwords_when_unavailable: Literal["allow", "refuse"] = "allow"
    """Whether a password that the server cannot be asked about will do; the bundled list counts anyway."""


class LoggingSettings(SettingsGroup):
    """What is written down."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] | None = None
    """Left out: json in production, console elsewhere."""


class Settings(BaseSettings):
    """Everything that can be set, in groups: `FAREGATE_<GROUP>__<NAME>`; plain `DATABASE_URL` is accepted."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    secrets: SecretSettings = Field(default_factory=SecretSettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    sessions: SessionSettings = Field(default_factory=SessionSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    accounts: AccountSettings = Field(default_factory=AccountSettings)
    organizations: OrganizationSettings = Field(default_factory=OrganizationSettings)
    keys: KeySettings = Field(default_factory=KeySettings)
    oauth: OauthSettings = Field(default_factory=OauthSettings)
    outbound: OutboundSettings = Field(default_factory=OutboundSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    gate: GateSettings = Field(default_factory=GateSettings)
    forward: ForwardSettings = Field(default_factory=ForwardSettings)
    usage: UsageSettings = Field(default_factory=UsageSettings)
    ledger: LedgerSettings = Field(default_factory=LedgerSettings)
    logging: LoggingSettings = Field(default_factory=LoggingSettings)

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 -- as in BaseSettings
        """Read the environment; what is passed in goes first.

        Raises:
            ValidationError: a value is wrong, or in production one is missing or unfit; each is named.
        """
        plain = os.environ.get("DATABASE_URL")
        if plain and "database" not in values and not os.environ.get("FAREGATE_DATABASE__URL"):
            values["database"] = {"url": plain}
        super().__init__(**values)
        problems = unknown_groups() + (self.production_problems() if self.is_production else [])
        if problems:
            raise ValidationError.from_exception_data("Settings", problems, hide_input=True)

    @property
    def sign_up_policy(self) -> SignUpPolicy:
        """Who may sign up. Not everybody in production, unless said so: an account's key passes the gate."""
        if self.accounts.sign_up is None:
            return SignUpPolicy.INVITE_ONLY if self.is_production else SignUpPolicy.OPEN
        return self.accounts.sign_up

    @property
    def server_works_on_jobs(self) -> bool:
        """Whether a serving process is also a worker."""
        if self.jobs.in_server is None:
            return self.environment is Environment.DEVELOPMENT
        return self.jobs.in_server

    @property
    def mailbox_folder(self) -> Path | None:
        """Where mails are kept to be looked at, instead of being sent; never in production."""
        return None if self.is_production or self.mail.host is not None else self.mail.mailbox_folder

    @property
    def is_production(self) -> bool:
        """Whether this process serves customers."""
        return self.environment is Environment.PRODUCTION

    def production_problems(self) -> list[InitErrorDetails]:
        """What production cannot do without or must not run with."""
        secrets = self.secrets
        complaints: dict[tuple[str, ...], str | None] = {
            ("database", "url"): complaint_about_url(self.database.url),
            ("secrets", "api_key_pepper"): complaint_about_pepper(secrets.api_key_pepper),
            ("secrets", "encryption_key"): complaint_about_encryption_key(secrets.encryption_key),
            ("outbound", "allowed_networks"): self.outbound.complaint,
        }
        for pepper_id, pepper in secrets.previous_api_key_peppers.items():
            complaints["secrets", "previous_api_key_peppers", str(pepper_id)] = complaint_about_pepper(pepper)
        for key_id, key in secrets.previous_encryption_keys.items():
            complaints["secrets", "previous_encryption_keys", str(key_id)] = complaint_about_encryption_key(
                key
            )
        mails_needed = self.accounts.sign_up not in {None, SignUpPolicy.CLOSED}
        for name, complaint in self.mail.complaints(needed=mails_needed).items():
            complaints["mail", name] = complaint
        return [problem(location, text) for location, text in complaints.items() if text is not None]


def unknown_groups() -> list[InitErrorDetails]:
    """The variables whose group does not exist: misspelt, they would be ignored in silence."""
    problems = []
    for name in sorted(os.environ):
        group, delimiter, rest = name.removeprefix(PREFIX).partition(DELIMITER)
        if name.startswith(PREFIX) and delimiter and group.lower() not in Settings.model_fields:
            problems.append(problem((group.lower(), rest.lower()), "is not a setting"))
    return problems


def problem(location: tuple[str, ...], text: str) -> InitErrorDetails:
    """One line of a validation error."""
    return InitErrorDetails(
        type=PydanticCustomError("setting", "{text}", {"text": text}), loc=location, input=None
    )
