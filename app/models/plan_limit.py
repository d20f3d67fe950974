"""One named rate limit of a plan."""

from typing import Self
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.gcra import LimitUnit
from app.models.base import Base


class PlanLimit(Base):
    """At most `quota` requests, or credits, per `period_seconds`, `burst` of them at once."""

    __tablename__ = "plan_limits"
    __table_args__ = (
        CheckConstraint("quota BETWEEN 1 AND 1000000", name="quota_in_range"),
        CheckConstraint("period_seconds BETWEEN 1 AND 2678400", name="period_in_range"),
        CheckConstraint("unit IN ('requests', 'credits', 'in_flight')", name="unit_known"),
        CheckConstraint("burst BETWEEN 1 AND 1000000", name="burst_in_range"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    quota: Mapped[int] = mapped_column(BigInteger)
    period_seconds: Mapped[int] = mapped_column(BigInteger)
    burst: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[LimitUnit] = mapped_column(String(10), default=LimitUnit.REQUESTS, server_default="requests")

    def become(self, other: Self) -> Self:
        """Take the other's figures."""
        self.quota, self.period_seconds, self.burst = other.quota, other.period_seconds, other.burst
        self.unit = other.unit
        return self
