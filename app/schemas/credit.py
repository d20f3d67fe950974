"""What is read and written of an organization's credits."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from app.core.grant_source import GrantSource
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import CREDITS_MAX, Instant, PositiveCredits, StorableStr
from app.schemas.ledger_entry import LedgerEntryResponse
from app.schemas.page import PageParams

Reason = Annotated[StorableStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ORGANIZATION_EXAMPLE = "01890a5d-ac96-774b-bcce-b302099a8057"


class CreditQuery(RequestModel):
    """Whose balance."""

    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class CreditResponse(ResponseModel):
    """An organization's balance."""

    organization_id: UUID
    available: Annotated[int, Field(description="Credits that can be spent now.", examples=[1000])]
    held: Annotated[int, Field(description="Credits that are reserved by open holds.", examples=[25])]


class CreditGrantQuery(PageParams):
    """Whose grants."""

    organization_id: Annotated[
        UUID | None, Field(description="Another organization than the caller's; operators only.")
    ] = None


class CreditGrantCreate(RequestModel):
    """Credits for an organization."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization_id": ORGANIZATION_EXAMPLE,
                    "amount": 1000,
                    "reason": "Welcome",
                    "source": "promo",
                    "priority": 10,
                    "expires_at": "2027-12-31T00:00:00Z",
                }
            ]
        }
    )

    organization_id: UUID
    amount: PositiveCredits
    reason: Reason
    source: GrantSource = GrantSource.PURCHASE
    priority: Annotated[int, Field(strict=True, ge=0, le=100)] = 50
    """The lower is burned first; then what expires first; then promo before the rest; then the older."""
    effective_at: Instant | None = None
    """From when on the credits can be spent; left out: at once."""
    expires_at: Instant | None = None
    """From this very instant on what is left cannot be spent; left out: never."""


class CreditGrantResponse(ResponseModel):
    """A grant, and what is left of it."""

    id: UUID
    organization_id: UUID
    amount: Annotated[int, Field(examples=[1000])]
    remaining: Annotated[int, Field(description="What was neither burned nor expired.", examples=[400])]
    source: GrantSource
    priority: Annotated[int, Field(examples=[50])]
    effective_at: datetime
    expires_at: datetime | None
    reason: Annotated[str, Field(examples=["Welcome"])]
    created_at: datetime


class NewCreditGrantResponse(CreditGrantResponse):
    """A grant that was made now."""

    entry: Annotated[
        LedgerEntryResponse | None,
        Field(description="Its entry in the ledger; null while it has yet to become effective."),
    ]

    @classmethod
    def of(cls, grant: object, entry: object | None) -> Self:
        """Put the two together."""
        told = CreditGrantResponse.model_validate(grant)
        return cls(**told.model_dump(), entry=entry and LedgerEntryResponse.model_validate(entry))


def refuse_zero(amount: int) -> int:
    """An adjustment changes something."""
    if amount == 0:
        message = "must not be 0"
        raise ValueError(message)
    return amount


class CreditAdjustmentCreate(RequestModel):
    """A correction of an organization's balance."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"organization_id": ORGANIZATION_EXAMPLE, "amount": -50, "reason": "Billed twice"}]
        }
    )

    organization_id: UUID
    amount: Annotated[int, Field(strict=True, ge=-CREDITS_MAX, le=CREDITS_MAX), AfterValidator(refuse_zero)]
    """Signed: a negative amount takes credits away, never more than are available."""
    reason: Reason
