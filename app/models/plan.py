"""What an organization has subscribed to."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, IdentifiedMixin, TimestampMixin, VersionedMixin
from app.models.plan_limit import PlanLimit


class Plan(IdentifiedMixin, TimestampMixin, VersionedMixin, Base):
    """A named set of rate limits; `internal` is the operator's own and has none."""

    __tablename__ = "plans"

    name: Mapped[str] = mapped_column(String(50), unique=True)
    limits: Mapped[list[PlanLimit]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="PlanLimit.name"
    )

    def replace_limits(self, limits: Iterable[PlanLimit], now: datetime) -> None:
        """Hold these limits from now on; a limit that keeps its name keeps its row."""
        current = {limit.name: limit for limit in self.limits}
        self.limits = [current[new.name].become(new) if new.name in current else new for new in limits]
        # A change in another table alone would not raise the version.
        self.updated_at = now
