"""What is read of how the gate is used."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import Instant, PlainInteger, StorableStr

DAYS_MAX = 400
GROUPS_MAX = 1_000


class UsageGrouping(StrEnum):
    """What a line of usage is about."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    KEY = "key"
    TAG = "tag"
    OUTCOME = "outcome"
    ORGANIZATION = "organization"

    @property
    def is_time(self) -> bool:
        """Whether the lines are a course of time."""
        return self in {UsageGrouping.HOUR, UsageGrouping.DAY, UsageGrouping.MONTH}


class UsageSort(StrEnum):
    """Which groups come first, where they are not a course of time."""

    CALLS = "calls"
    CREDITS = "credits"


class UsageExportQuery(RequestModel):
    """Which use, and how it is told apart."""

    group_by: Annotated[UsageGrouping, Field(description="What each line is about.")] = UsageGrouping.DAY
    since: Annotated[
        Instant | None, Field(description="From the hour of this instant on; 30 days before `until`.")
    ] = None
    until: Annotated[Instant | None, Field(description="Only hours that begin before this; now.")] = None
    sort: Annotated[UsageSort, Field(description="The most first; times come in their order.")] = (
        UsageSort.CALLS
    )
    api_key_id: Annotated[UUID | None, Field(description="Only what this key was used for.")] = None
    tag: Annotated[
        Annotated[StorableStr, Field(min_length=1, max_length=64)] | None,
        Field(description="Only calls with this tag."),
    ] = None
    outcome: Annotated[
        Annotated[StorableStr, Field(min_length=1, max_length=20)] | None,
        Field(description="Only calls with this verdict.", examples=["RATE_LIMITED"]),
    ] = None
    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class UsageQuery(UsageExportQuery):
    """The same, and how many lines."""

    size: Annotated[PlainInteger, Field(ge=1, le=GROUPS_MAX, description="Lines at most.")] = 100


class UsageResponse(ResponseModel):
    """One line of usage."""

    group: Annotated[
        str | None,
        Field(
            description=(
                "The beginning of the time in UTC, or the id of the key or organization, or the tag or the "
                "verdict. Null: sessions have no key, unknown credentials no organization."
            ),
            examples=["2026-11-25T00:00:00Z"],
        ),
    ]
    calls: Annotated[int, Field(description="How often the gate was asked.", examples=[1200])]
    credits: Annotated[int, Field(description="What that took.", examples=[3600])]
    p50_us: Annotated[
        int | None,
        Field(description="Half of the calls took the gate less, in microseconds.", examples=[900]),
    ]
    p99_us: Annotated[int | None, Field(description="99 of 100 calls took the gate less.", examples=[6200])]


class UsageReport(ResponseModel):
    """How the gate was used."""

    since: datetime
    until: datetime
    group_by: UsageGrouping
    items: list[UsageResponse]
    has_more: Annotated[bool, Field(description="Whether there are more groups than were asked for.")]
