"""What is reserved of an organization's credits, as a plain value."""

from dataclasses import dataclass
from uuid import UUID

from app.core.charge import ChargeOrder


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """Reserve what an order would take, for `expires_in_seconds` at the longest."""

    order: ChargeOrder
    expires_in_seconds: int
    holder_id: UUID | None = None
    """The organization that reserves; None: the application itself."""
