"""What is read and written of an API key."""

from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any
from uuid import UUID

from pydantic import MISSING, ConfigDict, Field, StringConstraints

from app.core.api_key_secrets import CapPeriod, KeyEnvironment
from app.schemas.api_key_fields import AllowedCidrs, ScopeNames
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import CREDITS_MAX, Flag, Instant, StorableStr
from app.schemas.metadata import Metadata
from app.schemas.page import PageParams
from app.schemas.plan import KeyLimits, LimitResponse, PlanName

OVERLAP_SECONDS_MAX = 7 * 86_400
OVERLAP_SECONDS = 86_400

KeyName = Annotated[StorableStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
KeyDescription = Annotated[StorableStr, StringConstraints(max_length=500)]
CreditCap = Annotated[int, Field(strict=True, ge=0, le=CREDITS_MAX)]
KEY_EXAMPLE: dict[str, Any] = {
    "name": "Production",
    "description": "The forecast service",
    "scopes": ["blog_posts:read"],
    "expires_at": "2030-01-01T00:00:00Z",
    "allowed_cidrs": ["203.0.113.0/24"],
    "credit_cap": 10_000,
    "metadata": {"team": "forecast"},
}


class ApiKeySort(StrEnum):
    """The orders a list can have; keys that tie keep the order of their ids."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    NAME = "name"


class ApiKeyQuery(PageParams):
    """Which keys, in which order."""

    sort: ApiKeySort = ApiKeySort.NEWEST
    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class ApiKeyCreate(RequestModel):
    """A new key."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEY_EXAMPLE]})

    name: KeyName
    description: KeyDescription | None = None
    environment: Annotated[KeyEnvironment, Field(description="Test keys never charge.")] = "live"
    scopes: Annotated[ScopeNames, Field(description="Some of the caller's own.")] = ()
    plan: Annotated[
        PlanName | None, Field(description="Instead of the organization's plan; operators only.")
    ] = None
    credit_cap: Annotated[
        CreditCap | None, Field(description="What the key may spend in all, or in each period.")
    ] = None
    credit_cap_period: Annotated[
        CapPeriod | None, Field(description="The calendar day or month, in UTC; null: the key's life.")
    ] = None
    limits: Annotated[
        KeyLimits,
        Field(default_factory=list, description="Of the key alone, taken beside those that it shares."),
    ]
    allowed_cidrs: Annotated[
        AllowedCidrs | None, Field(description="The networks it may be used from; null: from everywhere.")
    ] = None
    metadata: Annotated[
        Metadata, Field(default_factory=dict, description="Handed to the API behind the gate by verify.")
    ]
    enabled: Flag = True
    expires_at: Annotated[Instant | None, Field(description="In the future; null: never.")] = None


class ApiKeyUpdate(RequestModel):
    """What changes; a member left out stays as it is, null takes the restriction away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Production, renamed", "enabled": False}]}
    )

    name: KeyName | MISSING = MISSING
    description: KeyDescription | MISSING | None = MISSING
    scopes: ScopeNames | MISSING = MISSING
    plan: PlanName | MISSING | None = MISSING
    credit_cap: CreditCap | MISSING | None = MISSING
    credit_cap_period: CapPeriod | MISSING | None = MISSING
    limits: KeyLimits | MISSING = MISSING
    allowed_cidrs: AllowedCidrs | MISSING | None = MISSING
    metadata: Metadata | MISSING = MISSING
    enabled: Flag | MISSING = MISSING
    expires_at: Instant | MISSING | None = MISSING


class ApiKeyRotation(RequestModel):
    """How long the old string still opens the key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_seconds": 3600}]})

    overlap_seconds: Annotated[int, Field(strict=True, ge=0, le=OVERLAP_SECONDS_MAX)] = OVERLAP_SECONDS


class ApiKeyResponse(ResponseModel):
    """A key, without any secret."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    id: UUID
    organization_id: UUID
    created_by: UUID
    prefix: Annotated[str, Field(description="How its string begins.", examples=["fg_live_7Gk2"])]
    environment: KeyEnvironment
    name: Annotated[str, Field(examples=["Production"])]
    description: Annotated[str | None, Field(examples=["Used by the shop"])]
    scopes: Annotated[list[str], Field(examples=[["blog_posts:read"]])]
    plan: Annotated[str | None, Field(validation_alias="plan_name", examples=["pro"])]
    credit_cap: Annotated[int | None, Field(examples=[10_000])]
    credit_cap_period: CapPeriod | None
    credits_spent: Annotated[int, Field(description="Counted while there is a cap.", examples=[0])]
    spending_since: Annotated[
        datetime | None, Field(description="When the period began in which `credits_spent` was counted.")
    ]
    limits: list[LimitResponse]
    allowed_cidrs: Annotated[list[IPv4Network | IPv6Network] | None, Field(examples=[["198.51.100.0/24"]])]
    metadata: Annotated[dict[str, Any], Field(validation_alias="attributes", examples=[{"tier": "gold"}])]
    enabled: bool
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="Up to a minute behind.")]
    created_at: datetime
    updated_at: datetime

    def show(self, api_key: str) -> "ApiKeyCreateResponse":
        """The same answer together with the key's string."""
        return ApiKeyCreateResponse(**self.model_dump(), api_key=api_key)


class ApiKeyCreateResponse(ApiKeyResponse):
    """A new or rotated key: the only time its string is shown."""

    api_key: Annotated[
        str,
        Field(
            description="Shown once. Keep it: it cannot be read again.",
            examples=["fg_live_7Gk2pQ9rT1xZ0aB3cD4eF5gH6iJ7kL8mN9oP0qR1sT2uV3wX4yZ5"],
        ),
    ]
