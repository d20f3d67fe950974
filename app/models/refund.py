"""Credits that were given back for what was spent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Refund(Base):
    """A refund of a charge, or of a part of it: happens once per refund id, ever."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_refunds_spent_entry_id", "spent_entry_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("credit_accounts.organization_id"), primary_key=True
    )
    refund_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    spent_entry_id: Mapped[UUID]
    """The charge, or the settlement of a hold, that it gives back. No foreign key: the ledger has parts."""
    asked_amount: Mapped[int | None]
    """What was asked for; None: all that was left."""
    amount: Mapped[int]
    available_after: Mapped[int]
    entry_id: Mapped[UUID]
    """The ledger entry of the refund."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
