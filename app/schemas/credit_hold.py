"""What is read and written of holds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.credit import Reason
from app.schemas.fields import CREDITS_MAX, PositiveCredits, StorableStr
from app.schemas.page import PageParams
from app.schemas.verification import HOLD_SECONDS_MAX


class CreditHoldQuery(PageParams):
    """Whose holds."""

    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class CreditHoldCreate(RequestModel):
    """Credits to reserve."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"amount": 50, "expires_in_seconds": 600, "reason": "Report", "charge_id": "report-7"}
            ]
        }
    )

    amount: PositiveCredits
    expires_in_seconds: Annotated[int, Field(strict=True, ge=1, le=HOLD_SECONDS_MAX)]
    reason: Reason = "hold"
    charge_id: Annotated[StorableStr, Field(min_length=1, max_length=255)] | None = None
    """Reserved at most once per organization, ever: send the same id again to retry safely."""
    organization_id: UUID | None = None
    """Another organization than the caller's; with the scope `gate:verify`."""


class CreditHoldSettle(RequestModel):
    """What the work took."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 30}]})

    amount: Annotated[int, Field(strict=True, ge=0, le=CREDITS_MAX)]
    """At most what is held; the rest returns."""


class CreditHoldResponse(ResponseModel):
    """A hold, and what became of it."""

    id: UUID
    organization_id: UUID
    amount: Annotated[int, Field(examples=[50])]
    state: Annotated[str, Field(description="open, settled, released or expired.", examples=["settled"])]
    settled: Annotated[int | None, Field(description="What was spent of it.", examples=[30])]
    reason: Annotated[str, Field(examples=["Report"])]
    charge_id: Annotated[str | None, Field(examples=["report-7"])]
    api_key_id: UUID | None
    available_after: Annotated[
        int | None, Field(description="What could be spent once it had ended.", examples=[970])
    ]
    expires_at: datetime
    ended_at: datetime | None
    created_at: datetime
