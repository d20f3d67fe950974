"""What the database knows about a batch."""

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any
from uuid import UUID

from app.core.admission.request import Presented
from app.core.admission.verdict import Held
from app.core.api_key_secrets import PresentedKey
from app.core.gcra import Quota
from app.core.person import Person


def organization_subject(organization_id: UUID) -> str:
    """Whose bucket a plan's limit fills: all keys and sessions of an organization share it."""
    return f"org:{organization_id}"


def key_subject(key_id: UUID) -> str:
    """Whose bucket a key's own limit fills."""
    return f"key:{key_id}"


@dataclass(slots=True)
class Holder:
    """Who stands behind a credential: their state and what they may."""

    organization_id: UUID
    organization_active: bool
    plan_id: UUID
    organization_limits: list[Quota] | None
    """Limits that were agreed with the organization, in the place of its plan's of the same name."""
    user_id: UUID
    user_active: bool
    user_is_operator: bool
    role: str | None
    """The user's role in the organization; None for who is no member, or no longer one."""
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(slots=True)
class StoredKey(Holder):
    """An API key as the database has it, by one of its strings."""

    key_id: UUID
    digest: bytes
    pepper_id: int
    retired_at: datetime | None
    environment: str
    scopes: list[str]
    enabled: bool
    credit_cap: int | None
    allowed_cidrs: list[IPv4Network | IPv6Network] | None
    metadata: dict[str, Any] | None
    last_used_at: datetime | None
    own_limits: list[Quota] | None
    """Limits of the key alone, beside those that it shares."""


@dataclass(slots=True)
class StoredSession(Holder):
    """A session as the database has it, in one of its user's organizations."""

    session_id: UUID
    authenticated_at: datetime
    impersonator_id: UUID | None
    """The operator who opened it to act for the user."""
    person: Person


@dataclass(slots=True)
class Account:
    """An organization's credits."""

    available: int
    last_sequence: int
    held: int = 0
    burned: int = 0
    """The position of the last credit that left to be spent or held."""
    next_change_at: datetime | None = None
    """From then on these figures are not true any more: a grant begins or expires, a hold expires."""


@dataclass(slots=True)
class PastCharge:
    """What a charge id stands for already."""

    api_key_id: UUID | None
    user_id: UUID | None
    cost: int
    available_after: int
    hold: Held | None = None
    """If it was reserved rather than charged."""


@dataclass(slots=True)
class Snapshot:
    """Everything a batch needs to know."""

    now: datetime
    now_us: int
    keys: dict[str, StoredKey] = field(default_factory=dict)
    sessions: dict[tuple[UUID, UUID | None], StoredSession] = field(default_factory=dict)
    """(session id, organization that is asked for) -> the session in it, or else in its own one."""
    accounts: dict[UUID, Account] = field(default_factory=dict)
    quotas: dict[UUID, dict[str, Quota]] = field(default_factory=dict)
    """Plan id -> limit name -> quota."""
    buckets: dict[tuple[str, str], int] = field(default_factory=dict)
    """(subject, limit name) -> theoretical arrival time."""
    past_charges: dict[tuple[UUID, str], PastCharge] = field(default_factory=dict)
    """(organization id, charge id) -> what it took."""
    spent_by_key: dict[UUID, int] = field(default_factory=dict)
    """Key id -> credits spent so far, for keys with a cap."""
    open_holds: dict[UUID, int] = field(default_factory=dict)
    """Organization id -> its open holds, for those that want one more and may not have any number."""

    def due_accounts(self) -> set[UUID]:
        """The organizations whose credits have changed by time alone, and must be settled first."""
        return {
            organization_id
            for organization_id, account in self.accounts.items()
            if account.next_change_at is not None and account.next_change_at <= self.now
        }

    def holders(self) -> list[StoredKey | StoredSession]:
        """Everyone who stands behind a credential of the batch."""
        return [*self.keys.values(), *self.sessions.values()]

    def holder(self, presented: Presented | None) -> StoredKey | StoredSession | None:
        """The stored side of a presented credential, whether or not it is the right secret."""
        if isinstance(presented, PresentedKey):
            return self.keys.get(presented.lookup_id)
        return None if presented is None else self.sessions.get(presented.place)
