"""Credits that are reserved for work that is under way."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin


class HoldState(StrEnum):
    """What became of a hold."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class CreditHold(IdentifiedMixin, Base):
    """A reservation: it ends exactly once, settled, released or expired."""

    __tablename__ = "credit_holds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("settled BETWEEN 0 AND amount", name="settled_within_amount"),
        CheckConstraint("state IN ('open', 'settled', 'released', 'expired')", name="state_known"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_when_not_open"),
        CheckConstraint("(state = 'settled') = (settled IS NOT NULL)", name="settled_when_settled"),
        CheckConstraint("expires_at > created_at", name="expires_after_created"),
        Index(
            "ix_credit_holds_organization_id_expires_at_open",
            "organization_id",
            "expires_at",
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_credit_holds_organization_id_id", "organization_id", "id"),
        Index(
            "ix_credit_holds_api_key_id_open",
            "api_key_id",
            postgresql_where=text("state = 'open'"),
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.organization_id"))
    """Whose credits they are."""
    holder_id: Mapped[UUID | None]
    """The organization that reserved them: it alone may settle or release. None: a route's guard did."""
    amount: Mapped[int]
    position: Mapped[int]
    """The account's `burned` after the last of these credits left."""
    state: Mapped[HoldState] = mapped_column(String(8), default=HoldState.OPEN, server_default="open")
    settled: Mapped[int | None]
    """What was spent of it."""
    settled_entry_id: Mapped[UUID | None]
    """The ledger entry of what was spent."""
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    available_after: Mapped[int | None]
    """What could be spent once it had ended: the same settlement again answers the same."""
    reason: Mapped[str] = mapped_column(String(200))
    charge_id: Mapped[str | None] = mapped_column(String(255))
    api_key_id: Mapped[UUID | None]
    """The key that pays. No foreign key: holds outlive keys."""
    user_id: Mapped[UUID | None]
    """The person who pays, of a session. Outlives users likewise."""
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    def end(self, state: HoldState, at: datetime) -> None:
        """End it, once."""
        self.state = state
        self.ended_at = at
