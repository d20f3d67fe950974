"""What happened to an organization's credits."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin


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


class LedgerEntry(IdentifiedMixin, Base):
    """One movement of credits, for ever: a trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("organization_id", "sequence"),
        Index(
            "uq_ledger_entries_charge_id",
            "organization_id",
            "charge_id",
            unique=True,
            postgresql_where=text("charge_id IS NOT NULL"),
        ),
        CheckConstraint(
            "kind IN ('grant', 'charge', 'refund', 'hold', 'settle', 'release', 'expire', 'adjust')",
            name="kind_known",
        ),
        CheckConstraint("balance_after >= 0", name="balance_after_not_negative"),
        CheckConstraint("kind <> 'charge' OR amount < 0", name="charge_takes"),
        CheckConstraint("kind <> 'grant' OR amount > 0", name="grant_gives"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.organization_id"))
    sequence: Mapped[int]
    """1, 2, 3 ... within the organization, without gaps."""
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int]
    """Signed credits: the sum of an organization's entries is its balance."""
    balance_after: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    charge_id: Mapped[str | None] = mapped_column(String(255))
    api_key_id: Mapped[UUID | None]
    """The key that paid. No foreign key: entries outlive keys."""
    user_id: Mapped[UUID | None]
    """The person who acted: the session's user, or the operator of a grant. Outlives users likewise."""
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
