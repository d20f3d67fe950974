"""How an organization used the gate in an hour."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class UsageRollup(Base):
    """Calls of one key, with one tag, that ended alike within an hour; partitioned by month."""

    __tablename__ = "usage_rollups"
    __table_args__ = (
        UniqueConstraint(
            "organization_id",
            "hour",
            "api_key_id",
            "tag",
            "outcome",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "hour"),
        CheckConstraint("calls >= 0", name="calls_not_negative"),
        CheckConstraint("credits >= 0", name="credits_not_negative"),
        {"postgresql_partition_by": "RANGE (hour)"},
    )
    # The table has no primary key: what makes a row unique may be NULL.
    __mapper_args__ = {  # noqa: RUF012 -- SQLAlchemy declares it as an instance variable
        "primary_key": ["organization_id", "hour", "api_key_id", "tag", "outcome"]
    }

    organization_id: Mapped[UUID | None]
    """NULL for credentials that are not known."""
    hour: Mapped[datetime]
    """Its beginning, in UTC."""
    api_key_id: Mapped[UUID | None]
    """NULL for sessions."""
    tag: Mapped[str | None] = mapped_column(String(64))
    """NULL counts every call, whatever its tags; each tag counts in a row of its own besides."""
    outcome: Mapped[str] = mapped_column(String(20))
    """The verdict's code."""
    calls: Mapped[int] = mapped_column(BigInteger)
    credits: Mapped[int] = mapped_column(BigInteger)
    times: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """How many calls fell into each of the buckets of `TIME_BOUNDS_US`."""
