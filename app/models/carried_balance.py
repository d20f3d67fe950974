"""What the dropped months of a ledger came to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class CarriedBalance(Base):
    """An organization's accounts after the last of its entries that is kept no longer.

    Written in the transaction that drops them. What is kept of the ledger continues it.
    """

    __tablename__ = "carried_balances"
    __table_args__ = (
        CheckConstraint("sequence > 0", name="sequence_positive"),
        CheckConstraint("available >= 0", name="available_not_negative"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("issued = available + held + spent + expired", name="balanced"),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    """No foreign key: while a month is carried, its locks would stop the charges of all accounts."""
    sequence: Mapped[int]
    """The last entry that was carried: since the ledger has no gaps, the number of all of them, too."""
    before: Mapped[datetime]
    """All entries from before this instant are carried, and none of those after it."""
    available: Mapped[int]
    held: Mapped[int]
    issued: Mapped[int]
    spent: Mapped[int]
    expired: Mapped[int]
