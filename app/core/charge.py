"""What is asked of an organization's credits, as a plain value."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from app.core.principal import Principal


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """Take `cost` credits of an organization, for `reason`, on behalf of a key or a person."""

    organization_id: UUID
    cost: int
    reason: str
    charge_id: str | None = None
    """The same id is never charged twice."""
    api_key_id: UUID | None = None
    user_id: UUID | None = None
    request_id: str | None = None

    def __post_init__(self) -> None:
        """A negative price would mint credits."""
        if self.cost < 0:
            message = "a charge takes credits; it never gives any"
            raise ValueError(message)

    @classmethod
    def by(
        cls,
        principal: Principal,
        *,
        cost: int,
        reason: str,
        charge_id: str | None = None,
        request_id: str | None = None,
    ) -> Self:
        """An order of the caller's, paid by the caller's organization."""
        return cls(
            organization_id=principal.organization_id,
            cost=cost,
            reason=reason,
            charge_id=charge_id,
            api_key_id=principal.key_id,
            user_id=None if principal.key_id else principal.user_id,
            request_id=request_id,
        )


@dataclass(frozen=True, slots=True)
class ChargeOutcome:
    """What an order came to."""

    charged: int
    remaining: int
    replayed: bool = False
    """The charge id was charged before; these are the figures of that time, and nothing was taken now."""
