"""What an organization can spend."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class CreditAccount(Base):
    """The one row that every charge of an organization locks.

    Which grant a credit came from is not settled by each charge: a charge only moves `burned` on. What lies
    between `burned_settled` and `burned` was taken from the grants in their order, and is written down by
    the next settlement; until `next_change_at` the set of grants is the same, so waiting changes nothing.
    """

    __tablename__ = "credit_accounts"
    __table_args__ = (
        CheckConstraint("available BETWEEN 0 AND 9000000000000000", name="available_in_range"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("available + held <= 9000000000000000", name="balance_in_range"),
        CheckConstraint("last_sequence >= 0", name="last_sequence_not_negative"),
        CheckConstraint("burned_settled BETWEEN 0 AND burned", name="burned_settled_in_range"),
        CheckConstraint(
            "cardinality(thresholds) BETWEEN 1 AND 10 AND 0 <= ALL (thresholds)", name="thresholds_in_range"
        ),
        # Room on each page keeps the update of a hot balance on its page (HOT).
        {"postgresql_with": {"fillfactor": "50"}},
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    available: Mapped[int] = mapped_column(default=0)
    last_sequence: Mapped[int] = mapped_column(default=0)
    """The sequence of the newest ledger entry: the ledger has no gaps."""
    held: Mapped[int] = mapped_column(default=0, server_default="0")
    """Reserved by open holds; `available + held` is the balance."""
    burned: Mapped[int] = mapped_column(default=0, server_default="0")
    """Every credit that ever left `available` to be spent or held: the position of the last of them."""
    burned_settled: Mapped[int] = mapped_column(default=0, server_default="0")
    """Up to this position it is written down which grants were burned."""
    next_change_at: Mapped[datetime | None]
    """When something changes by itself: a grant begins or expires, a hold expires."""
    thresholds: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    """When `available` falls to one of these, a `CreditEvent` tells it; None: nobody wants to know."""

    @property
    def balance(self) -> int:
        """What the organization has, reserved or not: the sum of its ledger entries."""
        return self.available + self.held
