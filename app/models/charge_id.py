"""What each charge id stands for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ChargeId(Base):
    """A charge id that was used: it is charged at most once, ever, however long the ledger is kept.

    Written with the ledger entry that it stands for, whose foreign key proves the organization.
    """

    __tablename__ = "charge_ids"
    __table_args__ = (CheckConstraint("cost > 0", name="cost_positive"),)

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    charge_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    api_key_id: Mapped[UUID | None]
    """Who paid: the key. No foreign key: charges outlive keys."""
    user_id: Mapped[UUID | None]
    """Who paid: the person of a session. Outlives users likewise."""
    cost: Mapped[int]
    available_after: Mapped[int]
    """What could still be spent then: a replay answers the first verdict as it was."""
    entry_id: Mapped[UUID]
    """The ledger entry. No foreign key: the ledger is kept in parts."""
    hold_id: Mapped[UUID | None]
    """The hold, if the cost was reserved rather than spent."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
