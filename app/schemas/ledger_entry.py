"""What is read of a ledger."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.schemas.base import ResponseModel
from app.schemas.page import CursorParams


class LedgerEntryQuery(CursorParams):
    """Which stretch of whose ledger."""

    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class LedgerEntryResponse(ResponseModel):
    """One movement of credits, for ever."""

    id: UUID
    organization_id: UUID
    sequence: Annotated[
        int, Field(description="1, 2, 3 ... within the organization, without gaps.", examples=[2])
    ]
    kind: Annotated[str, Field(examples=["charge"])]
    amount: Annotated[int, Field(description="Signed: charges are negative.", examples=[-5])]
    balance_after: Annotated[
        int, Field(description="Available and held together: the sum of all entries so far.", examples=[995])
    ]
    moved: Annotated[
        int, Field(description="Credits that left one account for another; never negative.", examples=[5])
    ]
    from_account: Annotated[str, Field(examples=["available"])]
    to_account: Annotated[str, Field(examples=["spent"])]
    reason: Annotated[str, Field(examples=["verify"])]
    charge_id: Annotated[str | None, Field(examples=["order-42"])]
    grant_id: Annotated[UUID | None, Field(description="The grant that began or expired.")]
    hold_id: Annotated[UUID | None, Field(description="The hold that began or ended.")]
    api_key_id: Annotated[UUID | None, Field(description="The key that paid.")]
    user_id: Annotated[UUID | None, Field(description="The person who paid or granted.")]
    request_id: Annotated[
        str | None, Field(description="The request in which it happened.", examples=["req-42"])
    ]
    created_at: datetime
