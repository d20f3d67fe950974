"""Credits that an organization was given, for a while or for good."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.grant_source import GrantSource
from app.models.base import Base, IdentifiedMixin


class CreditGrant(IdentifiedMixin, Base):
    """A grant, and what the settlements so far have left of it.

    What was burned since the last settlement is still part of `remaining`: see `CreditAccount`.
    """

    __tablename__ = "credit_grants"
    __table_args__ = (
        CheckConstraint("amount BETWEEN 1 AND 9000000000000000", name="amount_in_range"),
        CheckConstraint("remaining BETWEEN 0 AND amount", name="remaining_in_range"),
        CheckConstraint("priority BETWEEN 0 AND 100", name="priority_in_range"),
        CheckConstraint("expires_at > effective_at", name="expires_after_effective"),
        CheckConstraint("source IN ('purchase', 'promo', 'plan', 'adjustment')", name="source_known"),
        CheckConstraint("ended_at IS NULL OR remaining = 0", name="ended_is_empty"),
        # What is used up is never read again by a settlement, however many grants there were.
        Index(
            "ix_credit_grants_organization_id_open", "organization_id", postgresql_where=text("remaining > 0")
        ),
        Index("ix_credit_grants_organization_id_id", "organization_id", "id"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.organization_id"))
    amount: Mapped[int]
    remaining: Mapped[int]
    source: Mapped[GrantSource] = mapped_column(String(10))
    priority: Mapped[int] = mapped_column(Integer)
    """0 to 100; the lower is burned first."""
    effective_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """From this very instant on nothing of it can be spent."""
    reason: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime | None]
    """When its credits entered the balance; None: they have yet to."""
    ended_at: Mapped[datetime | None]
    """When its rest expired."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    def is_alive(self, at: datetime) -> bool:
        """Whether credits of it can be spent at that instant, if there are any."""
        return self.ended_at is None and (self.expires_at is None or self.expires_at > at)
