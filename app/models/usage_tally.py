"""What one batch of the gate was used for, until it is folded into the rollups."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, String, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin


class UsageTally(IdentifiedMixin, Base):
    """One row for a whole batch, written by its own statement: `n` requests are the `n`-th of each array."""

    __tablename__ = "usage_tallies"

    decided_at: Mapped[datetime]
    """By the database's clock; all requests of a batch are of one instant."""
    organization_ids: Mapped[list[UUID | None]] = mapped_column(ARRAY(Uuid))
    """NULL for a credential that is not known."""
    api_key_ids: Mapped[list[UUID | None]] = mapped_column(ARRAY(Uuid))
    """NULL for a session."""
    outcomes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    credits: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    times_us: Mapped[list[int | None]] = mapped_column(ARRAY(Integer))
    """The gate's own time; NULL for what a route charged for a call that the gate has counted already."""
    tagged_places: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Which request (from 1) each of `tags` belongs to."""
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
