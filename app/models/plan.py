"""What an organization has subscribed to."""

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
