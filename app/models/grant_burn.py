"""Which grant which credits were taken from."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class GrantBurn(Base):
    """A stretch of an account's burned credits, and the one grant that all of them came from."""

    __tablename__ = "grant_burns"
    __table_args__ = (
        CheckConstraint("from_position >= 0 AND from_position < to_position", name="stretch_forwards"),
    )

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("credit_accounts.organization_id"), primary_key=True
    )
    to_position: Mapped[int] = mapped_column(primary_key=True)
    """The last position of the stretch."""
    from_position: Mapped[int]
    """The position before its first."""
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("credit_grants.id"), index=True)
