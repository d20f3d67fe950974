"""What is read and written of a plan."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import MISSING, AfterValidator, ConfigDict, Field, JsonValue, StringConstraints

from app.core.gcra import LimitUnit
from app.schemas.base import RequestModel, ResponseModel

QUOTA_MAX = 1_000_000
PERIOD_SECONDS_MAX = 2_678_400
"""31 days."""
LIMITS_MAX = 10

PlanName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,50}$")]
LimitName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Quota = Annotated[int, Field(strict=True, ge=1, le=QUOTA_MAX)]
PeriodSeconds = Annotated[int, Field(strict=True, ge=1, le=PERIOD_SECONDS_MAX)]


class PlanLimitCreate(RequestModel):
    """One named limit: `limit` units per `period_seconds`, `burst` of them at once."""

    name: LimitName
    limit: Quota
    period_seconds: PeriodSeconds
    burst: Annotated[Quota | None, Field(description="Left out: the limit itself.")] = None
    unit: Annotated[
        LimitUnit, Field(strict=False, description="What is counted: calls, or what they cost.")
    ] = LimitUnit.REQUESTS

    @property
    def units_at_once(self) -> int:
        """The burst, said or not."""
        return self.limit if self.burst is None else self.burst

    def as_agreed(self) -> dict[str, Any]:
        """Everything about it, to be kept where no plan is."""
        return self.model_dump(mode="json") | {"burst": self.units_at_once}


def refuse_names_twice(limits: list[PlanLimitCreate]) -> list[PlanLimitCreate]:
    """Refuse a list in which two limits share a bucket."""
    if len({limit.name for limit in limits}) < len(limits):
        message = "must not name a limit twice"
        raise ValueError(message)
    return limits


PlanLimits = Annotated[
    list[PlanLimitCreate], Field(max_length=LIMITS_MAX), AfterValidator(refuse_names_twice)
]
PLAN_EXAMPLE: dict[str, JsonValue] = {
    "name": "startup",
    "limits": [
        {"name": "minute", "limit": 120, "period_seconds": 60, "burst": 20},
        {"name": "spending", "limit": 50_000, "period_seconds": 86_400, "unit": "credits"},
    ],
}


class LimitResponse(ResponseModel):
    """One limit of an organization's or a key's own."""

    name: Annotated[str, Field(examples=["minute"])]
    limit: Annotated[int, Field(examples=[60])]
    period_seconds: Annotated[int, Field(examples=[60])]
    burst: Annotated[int, Field(examples=[60])]
    unit: LimitUnit


class PlanCreate(RequestModel):
    """A new plan; without limits it never says 429."""

    model_config = ConfigDict(json_schema_extra={"examples": [PLAN_EXAMPLE]})

    name: PlanName
    limits: PlanLimits


class PlanUpdate(RequestModel):
    """What changes; `limits` replaces them all, and no bucket is reset."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limits": PLAN_EXAMPLE["limits"]}]})

    name: PlanName | MISSING = MISSING
    limits: PlanLimits | MISSING = MISSING


class PlanLimitResponse(ResponseModel):
    """One named limit."""

    name: Annotated[str, Field(examples=["minute"])]
    limit: Annotated[int, Field(validation_alias="quota", examples=[60])]
    period_seconds: Annotated[int, Field(examples=[60])]
    burst: Annotated[int, Field(examples=[60])]
    unit: LimitUnit


class PlanResponse(ResponseModel):
    """A plan and its limits."""

    id: UUID
    name: Annotated[str, Field(examples=["free"])]
    limits: list[PlanLimitResponse]
    created_at: datetime
    updated_at: datetime
