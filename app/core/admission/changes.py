"""What a batch writes."""

from dataclasses import dataclass, field
from uuid import UUID

from app.core.admission.snapshot import Account, PastCharge
from app.core.admission.verdict import Held


@dataclass(slots=True)
class NewCharge:
    """A ledger entry to write."""

    organization_id: UUID
    sequence: int
    cost: int
    available_after: int
    balance_after: int
    position: int
    reason: str
    charge_id: str | None
    api_key_id: UUID | None
    user_id: UUID | None
    request_id: str | None
    hold: Held | None = None
    """Reserved, not spent."""
    holder_id: UUID | None = None
    """The organization that reserves."""

    def as_past(self) -> PastCharge:
        """What later requests with the same charge id find."""
        return PastCharge(self.api_key_id, self.user_id, self.cost, self.available_after, self.hold)


@dataclass(slots=True)
class Changes:
    """Everything a batch writes, and what each change rests on: it is written only if that is still so."""

    accounts: dict[UUID, Account] = field(default_factory=dict)
    buckets: dict[tuple[str, str], int] = field(default_factory=dict)
    charges: list[NewCharge] = field(default_factory=list)
    spent_by_key: dict[UUID, int] = field(default_factory=dict)
    """Key id -> credits spent in all, for keys with a cap."""
    sequences_before: dict[UUID, int] = field(default_factory=dict)
    """Organization id -> the account's last sequence as it was read: it tells any movement since."""
    buckets_before: dict[tuple[str, str], int] = field(default_factory=dict)
    """The same buckets as they were read; 0 for one that was not there."""
    spent_before: dict[UUID, int] = field(default_factory=dict)
    """The same keys' spending as it was read."""
    used_keys: set[UUID] = field(default_factory=set)
    """Keys whose `last_used_at` is due."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.buckets and not self.charges
