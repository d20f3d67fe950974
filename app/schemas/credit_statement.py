"""What is read of a ledger as a whole."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import Instant, PlainInteger
from app.schemas.page import POSITION_MAX


class CreditStatementQuery(RequestModel):
    """Whose statement, of which time."""

    since: Annotated[
        Instant | None, Field(description="The beginning; that of the month of `until` if it is left out.")
    ] = None
    until: Annotated[Instant | None, Field(description="The end; now if it is left out.")] = None
    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class BalanceAt(ResponseModel):
    """A balance at an instant."""

    at: datetime
    sequence: Annotated[
        int, Field(description="The last entry up to then; 0 when there was none.", examples=[41])
    ]
    balance: Annotated[int, Field(description="Available and held together.", examples=[995])]
    held: Annotated[int, Field(examples=[25])]
    available: Annotated[int, Field(examples=[970])]


class MovementSum(ResponseModel):
    """What happened of one kind."""

    kind: Annotated[str, Field(examples=["charge"])]
    entries: Annotated[int, Field(examples=[12])]
    amount: Annotated[int, Field(description="What it did to the balance.", examples=[-60])]
    moved: Annotated[int, Field(description="Credits that left one account for another.", examples=[60])]


class CreditStatement(ResponseModel):
    """Two balances and what lies between: `opening.balance` and the amounts are `closing.balance`."""

    organization_id: UUID
    opening: BalanceAt
    closing: BalanceAt
    movements: list[MovementSum]


class LedgerExportQuery(RequestModel):
    """Which entries of whose ledger."""

    before: Annotated[
        PlainInteger | None,
        Field(ge=1, le=POSITION_MAX, description="Only entries of a lower `sequence`, to go on."),
    ] = None
    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None
