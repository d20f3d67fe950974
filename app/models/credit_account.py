"""What an organization can spend."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class CreditAccount(Base):
    """The one row that every charge of an organization locks."""

    __tablename__ = "credit_accounts"
    __table_args__ = (
        CheckConstraint("available BETWEEN 0 AND 9000000000000000", name="available_in_range"),
        CheckConstraint("last_sequence >= 0", name="last_sequence_not_negative"),
        # Room on each page keeps the update of a hot balance on its page (HOT).
        {"postgresql_with": {"fillfactor": "50"}},
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    available: Mapped[int] = mapped_column(default=0)
    last_sequence: Mapped[int] = mapped_column(default=0)
    """The sequence of the newest ledger entry: the ledger has no gaps."""
