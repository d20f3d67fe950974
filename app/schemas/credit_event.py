"""What is read and written of thresholds and of the events that tell of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import CREDITS_MAX
from app.schemas.page import CursorParams

THRESHOLDS_MAX = 10

Threshold = Annotated[int, Field(strict=True, ge=0, le=CREDITS_MAX)]


class CreditThresholdsUpdate(RequestModel):
    """At which balances to be told; the list replaces the one before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"thresholds": [0, 100, 1_000]}]})

    thresholds: Annotated[list[Threshold], Field(max_length=THRESHOLDS_MAX)]
    """An event tells when the credits available fall to one of these, or past it; 0: when all are gone."""


class CreditThresholdsResponse(ResponseModel):
    """At which balances an organization is told."""

    organization_id: UUID
    thresholds: Annotated[list[int], Field(description="In their order.", examples=[[0, 100, 1_000]])]


class CreditEventQuery(CursorParams):
    """Which stretch of whose events."""

    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class CreditEventResponse(ResponseModel):
    """Credits fell to a threshold."""

    organization_id: UUID
    threshold: Annotated[int, Field(examples=[100])]
    available_after: Annotated[int, Field(description="What could still be spent then.", examples=[97])]
    entry_id: Annotated[UUID, Field(description="The ledger entry that did it.")]
    created_at: Annotated[datetime, Field(description="When it happened.")]
