"""What the gate is asked over HTTP, and what it answers.

The answers are plain dataclasses: four are made for every verdict, and models cost six times as much to make.
"""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic.json_schema import SkipJsonSchema

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import StorableStr

HOLD_SECONDS_MAX = 86_400
"""The longest that credits are reserved without a word."""
COST_MAX = 1_000_000_000_000


def refuse_null(value: object) -> object:
    """An optional member may be left out; it may not be null."""
    if value is None:
        message = "may be left out, but not null"
        raise ValueError(message)
    return value


def parse_address(value: object) -> IPv4Address | IPv6Address:
    """Read an address as text only, and an IPv4-mapped IPv6 address as the IPv4 address it is."""
    if not isinstance(value, str) or "%" in value:
        message = "must be an IPv4 or IPv6 address"
        raise ValueError(message)
    address = ip_address(value)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def refuse_repeated_names(uses: "list[LimitUseRequest] | None") -> "list[LimitUseRequest] | None":
    """A limit is named once: its weight says how much of it is used."""
    if uses and len({use.name for use in uses}) != len(uses):
        message = "must not name a limit twice"
        raise ValueError(message)
    return uses


NotNull = BeforeValidator(refuse_null)
ShortText = Annotated[StorableStr, Field(min_length=1, max_length=64)]


class LimitUseRequest(RequestModel):
    """How much of one of the plan's limits the call uses."""

    name: Annotated[StorableStr, Field(min_length=1, max_length=64, examples=["minute"])]
    cost: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 1


class VerifyRequest(RequestModel):
    """One question: may this key do this, and what does it cost?"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "fg_live_4fGh0aQx7LmN2kR9sT1uV3wX5yZ7bC9dE2fG4hJ6kL8mN0pQ",
                    "cost": 5,
                    "scopes": ["reports:read"],
                    "charge_id": "order-1042",
                }
            ]
        }
    )

    key: Annotated[str, Field(min_length=1, max_length=4096)]
    """An API key, or a session's access token."""
    cost: Annotated[int, Field(strict=True, ge=0, le=COST_MAX)] = 1
    """Credits; 0 is a free check."""
    scopes: Annotated[tuple[ShortText, ...], Field(max_length=32)] = ()
    """All of them are required."""
    limits: Annotated[
        Annotated[list[LimitUseRequest], Field(max_length=32)] | SkipJsonSchema[None],
        NotNull,
        AfterValidator(refuse_repeated_names),
    ] = None
    """The plan's limits to apply; left out: all of them; `[]`: none."""
    charge_id: Annotated[
        Annotated[StorableStr, Field(min_length=1, max_length=255)] | SkipJsonSchema[None], NotNull
    ] = None
    """Charged at most once per organization, ever: send the same id again to retry safely."""
    ip: Annotated[
        IPv4Address | IPv6Address | SkipJsonSchema[None],
        BeforeValidator(parse_address),
    ] = None
    """Where the call comes from, for the key's allow list."""
    tags: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    hold: StrictBool = False
    """Reserve the cost instead of charging it; settle the hold with what the work took, or release it."""
    hold_expires_in_seconds: Annotated[int, Field(strict=True, ge=1, le=HOLD_SECONDS_MAX)] = 600


class VerifyBatchRequest(RequestModel):
    """Many questions at once, each decided on its own, in order."""

    items: Annotated[list[VerifyRequest], Field(min_length=1, max_length=500)]


@dataclass(slots=True)
class PrincipalResponse:
    """Who the key stands for."""

    subject: str
    type: Literal["api_key", "session"]
    organization_id: UUID
    user_id: UUID
    key_id: UUID | None
    scopes: list[str]
    metadata: dict[str, Any]
    version: Literal[1] = 1


@dataclass(slots=True)
class CreditsResponse:
    """What was taken, and what is left after this call."""

    charged: Annotated[int | None, Field(examples=[5])]
    remaining: Annotated[int | None, Field(examples=[995])]


@dataclass(slots=True)
class HeldResponse:
    """Credits that are reserved for this call."""

    id: UUID
    amount: Annotated[int, Field(examples=[5])]
    expires_at: datetime


@dataclass(slots=True)
class LimitResponse:
    """How one limit stands after this call."""

    name: Annotated[str, Field(examples=["minute"])]
    limit: Annotated[int, Field(examples=[60])]
    remaining: Annotated[int, Field(examples=[42])]
    reset_after_seconds: Annotated[int, Field(examples=[18])]
    exceeded: bool


@dataclass(slots=True)
class VerifyResponse:
    """The verdict. Every verdict on a well-formed question is a 200."""

    valid: bool
    code: Literal[
        "VALID",
        "NOT_FOUND",
        "REVOKED",
        "DISABLED",
        "EXPIRED",
        "FORBIDDEN",
        "INSUFFICIENT_SCOPE",
        "RATE_LIMITED",
        "INSUFFICIENT_CREDITS",
        "CHARGE_ID_REUSED",
    ]
    principal: PrincipalResponse | None
    credits: CreditsResponse
    limits: list[LimitResponse]
    headers: Annotated[
        dict[str, str],
        Field(
            description="Ready to copy onto your own response, refusals included.",
            examples=[{"RateLimit-Policy": '"minute";q=60;w=60', "RateLimit": '"minute";r=42;t=1'}],
        ),
    ]
    charge_id: Annotated[str | None, Field(examples=["order-42"])]
    replayed: bool = False
    hold: HeldResponse | None = None


class VerifyBatchResponse(ResponseModel):
    """The verdicts, in the order of the questions."""

    items: list[VerifyResponse]
