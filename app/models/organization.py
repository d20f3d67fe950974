"""Who owns keys and credits."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, IdentifiedMixin, TimestampMixin, VersionedMixin
from app.models.plan import Plan


class Organization(IdentifiedMixin, TimestampMixin, VersionedMixin, Base):
    """A customer: owns keys and credits, so ten keys are not ten limits."""

    __tablename__ = "organizations"

    name: Mapped[str] = mapped_column(String(100))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    limits: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    """Agreed with this customer: in the place of the plan's limits of the same name, or besides them."""
    is_active: Mapped[bool] = mapped_column(default=True)
    plan: Mapped[Plan] = relationship(lazy="raise")

    @property
    def plan_name(self) -> str:
        """The name customers know the plan by."""
        return self.plan.name

    def suspend(self) -> None:
        """Stop every credential of the organization, from the next request on."""
        self.is_active = False

    def resume(self) -> None:
        """Let its credentials work again."""
        self.is_active = True
