"""What happened to an organization's credits."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.identifiers import new_id
from app.models.base import Base


class LedgerKind(StrEnum):
    """Why credits moved."""

    GRANT = "grant"
    CHARGE = "charge"
    REFUND = "refund"
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    EXPIRE = "expire"
    ADJUST = "adjust"


class LedgerAccount(StrEnum):
    """Where credits are: every entry takes them out of one and puts them into another."""

    ISSUED = "issued"
    AVAILABLE = "available"
    HELD = "held"
    SPENT = "spent"
    EXPIRED = "expired"


FROM_ACCOUNT = (
    "CASE WHEN kind = 'grant' OR kind = 'adjust' AND amount > 0 THEN 'issued' WHEN kind = 'settle' OR "
    "kind = 'release' THEN 'held' WHEN kind = 'refund' THEN 'spent' ELSE 'available' END"
)
TO_ACCOUNT = (
    "CASE WHEN kind = 'charge' OR kind = 'settle' THEN 'spent' WHEN kind = 'hold' THEN 'held' "
    "WHEN kind = 'expire' THEN 'expired' WHEN kind = 'adjust' AND amount < 0 THEN 'issued' "
    "ELSE 'available' END"
)
AMOUNT_IS_WHAT_MOVED = (
    "CASE WHEN kind = 'grant' OR kind = 'refund' THEN amount = moved "
    "WHEN kind = 'hold' OR kind = 'release' THEN amount = 0 "
    "WHEN kind = 'adjust' THEN abs(amount) = moved ELSE amount = -moved END"
)


class LedgerEntry(Base):
    """One movement of credits, for ever: a trigger refuses UPDATE, DELETE and TRUNCATE.

    Partitioned by month. A key of all partitions would have to contain the month, and so let a sequence come
    twice: each partition has its own instead, `id` and `(organization_id, sequence)`. That no sequence comes
    twice in different months is the account's doing, whose `last_sequence` moves with every entry.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('grant', 'charge', 'refund', 'hold', 'settle', 'release', 'expire', 'adjust')",
            name="kind_known",
        ),
        CheckConstraint("balance_after >= 0", name="balance_after_not_negative"),
        CheckConstraint("moved > 0", name="moved_positive"),
        CheckConstraint(AMOUNT_IS_WHAT_MOVED, name="amount_is_what_moved"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )
    __mapper_args__ = {  # noqa: RUF012 -- SQLAlchemy declares it as an instance variable
        "primary_key": ["id"],
        "eager_defaults": True,
    }

    id: Mapped[UUID] = mapped_column(default=new_id, insert_sentinel=True)
    # standards: ignore[DAT006] each partition has one, of its key: (organization_id, sequence)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.organization_id"))
    sequence: Mapped[int]
    """1, 2, 3 ... within the organization, without gaps."""
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int]
    """Signed credits: the sum of an organization's entries is its balance, available and held together."""
    balance_after: Mapped[int]
    moved: Mapped[int]
    """The credits that left one account for another; a hold moves some, though the balance stays."""
    from_account: Mapped[str] = mapped_column(String(9), Computed(FROM_ACCOUNT, persisted=True))
    """The account that they left. It follows from the kind, so the two never contradict each other."""
    to_account: Mapped[str] = mapped_column(String(9), Computed(TO_ACCOUNT, persisted=True))
    """The account that they entered."""
    reason: Mapped[str] = mapped_column(String(200))
    charge_id: Mapped[str | None] = mapped_column(String(255))
    """The same id twice is impossible: see `ChargeId`."""
    position: Mapped[int | None]
    """The account's `burned` after credits left to be spent or held: it tells which grants they came from."""
    grant_id: Mapped[UUID | None]
    """The grant that began or expired."""
    hold_id: Mapped[UUID | None]
    """The hold that began or ended."""
    api_key_id: Mapped[UUID | None]
    """The key that paid. No foreign key: entries outlive keys."""
    user_id: Mapped[UUID | None]
    """The person who acted: the session's user, or the operator of a grant. Outlives users likewise."""
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
