"""What somebody wanted to know about an organization's credits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class CreditEvent(Base):
    """Credits fell to a threshold, once for each time: a trigger refuses UPDATE, DELETE and TRUNCATE.

    Written in the transaction of the movement that it tells of, so neither is there without the other.
    """

    __tablename__ = "credit_events"
    __table_args__ = (
        CheckConstraint("available_after BETWEEN 0 AND threshold", name="available_after_in_range"),
        UniqueConstraint("organization_id", "sequence"),
    )

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The movement. No foreign key: the ledger is kept in parts."""
    threshold: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Identity(always=True))
    """The place in the stream: within an organization in the order in which they happened."""
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.organization_id"))
    available_after: Mapped[int]
    """What could still be spent then."""
    created_at: Mapped[datetime]
    """When the credits moved."""
