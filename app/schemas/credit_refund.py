"""What is read and written of refunds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.credit import ORGANIZATION_EXAMPLE, Reason
from app.schemas.fields import PositiveCredits, StorableStr

ShortId = Annotated[StorableStr, Field(min_length=1, max_length=255)]


class CreditRefundCreate(RequestModel):
    """What to give back, and for which charge."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization_id": ORGANIZATION_EXAMPLE,
                    "refund_id": "refund-1042",
                    "charge_id": "order-1042",
                    "amount": 2,
                    "reason": "Half of it failed",
                }
            ]
        }
    )

    organization_id: UUID
    refund_id: ShortId
    """Refunded at most once per organization, ever: send the same id again to retry safely."""
    charge_id: ShortId | None = None
    entry_id: UUID | None = None
    """For a charge without an id: its ledger entry."""
    amount: PositiveCredits | None = None
    """Left out: all of it that was not refunded yet."""
    reason: Reason


class CreditRefundResponse(ResponseModel):
    """A refund."""

    refund_id: Annotated[str, Field(examples=["refund-1042"])]
    organization_id: UUID
    spent_entry_id: Annotated[UUID, Field(description="The ledger entry of what it gives back.")]
    entry_id: Annotated[UUID, Field(description="Its own ledger entry.")]
    amount: Annotated[int, Field(examples=[2])]
    available_after: Annotated[int, Field(examples=[997])]
    created_at: datetime
