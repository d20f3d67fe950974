"""Who owns keys and credits."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin, VersionedMixin


class Organization(IdentifiedMixin, TimestampMixin, VersionedMixin, Base):
    """A customer: owns keys and credits, so ten keys are not ten limits."""

    __tablename__ = "organizations"

    name: Mapped[str] = mapped_column(String(100))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
