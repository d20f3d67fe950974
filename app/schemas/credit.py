"""What is read and written of an organization's credits."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import PositiveCredits, StorableStr

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


class CreditGrantCreate(RequestModel):
    """Credits for an organization."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"organization_id": ORGANIZATION_EXAMPLE, "amount": 1000, "reason": "Welcome"}]
        }
    )

    organization_id: UUID
    amount: PositiveCredits
    reason: Reason
