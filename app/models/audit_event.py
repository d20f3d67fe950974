"""What somebody did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.audit import AuditAction, AuditOutcome
from app.models.base import Base, IdentifiedMixin


class AuditEvent(IdentifiedMixin, Base):
    """One action, for ever: a trigger refuses UPDATE, DELETE and TRUNCATE.

    It names everything by id and has no foreign keys: events outlive whom and what they tell of.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_actor_id_sequence", "actor_id", "sequence"),
        Index("ix_audit_events_organization_id_sequence", "organization_id", "sequence"),
        Index("ix_audit_events_target_sequence", "target", "sequence"),
        CheckConstraint("outcome IN ('success', 'failure')", name="outcome_known"),
    )

    sequence: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    """The place in the trail."""
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    action: Mapped[AuditAction] = mapped_column(String(50))
    outcome: Mapped[AuditOutcome] = mapped_column(String(10))
    actor_id: Mapped[UUID | None]
    """The person who acted, or whose key did; None for a stranger."""
    impersonator_id: Mapped[UUID | None]
    """The operator who acted for that person."""
    api_key_id: Mapped[UUID | None]
    """The key that acted."""
    session_id: Mapped[UUID | None]
    organization_id: Mapped[UUID | None]
    """Where it happened."""
    target: Mapped[str | None] = mapped_column(String(100))
    """What was acted upon, as `kind:id`."""
    ip_address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(255))
    request_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, str | int | bool]] = mapped_column(JSONB, default=dict)
