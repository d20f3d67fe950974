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

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "minute", "limit": 120, "period_seconds": 60, "burst": 20}]}
    )

    name: LimitName
    limit: Quota
    period_seconds: Annotated[PeriodSeconds, Field(description="Of no account for `in_flight`.")] = 60
    burst: Annotated[Quota | None, Field(description="Left out: the limit itself.")] = None
    unit: Annotated[
        LimitUnit, Field(strict=False, description="What is counted: calls, what they cost, or open holds.")
    ] = LimitUnit.REQUESTS

    @property
    def units_at_once(self) -> int:
        """The burst, said or not."""
        return self.limit if self.burst is None or self.unit is LimitUnit.IN_FLIGHT else self.burst

    @property
    def window(self) -> int:
        """The period; slots come back one by one, so whoever is refused may ask again at once."""
        return 1 if self.unit is LimitUnit.IN_FLIGHT else self.period_seconds

    def as_agreed(self) -> dict[str, Any]:
        """Everything about it, to be kept where no plan is."""
        return self.model_dump(mode="json") | {"burst": self.units_at_once, "period_seconds": self.window}


def refuse_names_twice(limits: list[PlanLimitCreate]) -> list[PlanLimitCreate]:
    """Refuse a list in which two limits share a bucket."""
    if len({limit.name for limit in limits}) < len(limits):
        message = "must not name a limit twice"
        raise ValueError(message)
    return limits


def refuse_slots(limits: list[PlanLimitCreate]) -> list[PlanLimitCreate]:
    """Refuse to count a key's own holds: those of an organization are counted together."""
    if any(limit.unit is LimitUnit.IN_FLIGHT for limit in limits):
        message = "must not count in_flight: holds are counted for the whole organization"
        raise ValueError(message)
    return limits


PlanLimits = Annotated[
    list[PlanLimitCreate], Field(max_length=LIMITS_MAX), AfterValidator(refuse_names_twice)
]
KeyLimits = Annotated[PlanLimits, AfterValidator(refuse_slots)]
PLAN_EXAMPLE: dict[str, JsonValue] = {
    "name": "startup",
    "limits": [
        {"name": "minute", "limit": 120, "period_seconds": 60, "burst": 20},
        {"name": "parallel", "limit": 10, "unit": "in_flight"},
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
