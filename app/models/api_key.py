"""A credential for programs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, CIDR, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.api_key_secrets import CapPeriod, KeyEnvironment, prefix_of
from app.models.api_key_secret import ApiKeySecret
from app.models.base import Base, IdentifiedMixin, TimestampMixin, VersionedMixin
from app.models.plan import Plan
from app.utils.datetime import start_of


class ApiKey(IdentifiedMixin, TimestampMixin, VersionedMixin, Base):
    """A key of an organization: what it may do and until when. Its secrets live in `ApiKeySecret`."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("environment IN ('live', 'test')", name="environment_known"),
        CheckConstraint("credit_cap >= 0", name="credit_cap_not_negative"),
        CheckConstraint("credit_cap_period IN ('day', 'month')", name="credit_cap_period_known"),
        CheckConstraint("credits_spent >= 0", name="credits_spent_not_negative"),
        CheckConstraint("credits_spent <= credit_cap", name="credits_spent_within_cap"),
        # Room on each page, so that noting a use or a spending touches no index (HOT).
        {"postgresql_with": {"fillfactor": "80"}},
    )

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), index=True
    )
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Who stands behind the key: it is disabled with them, and dies with them."""
    environment: Mapped[KeyEnvironment] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(500))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"), index=True)
    """Overrides the organization's plan for this key."""
    credit_cap: Mapped[int | None]
    credits_spent: Mapped[int] = mapped_column(default=0)
    """Counted only while there is a cap."""
    credit_cap_period: Mapped[CapPeriod | None] = mapped_column(String(5))
    """What the cap is for: each day or month (UTC), or the key's life."""
    spending_since: Mapped[datetime | None]
    """When the period began in which `credits_spent` was counted."""
    limits: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    """Of the key alone, beside those that it shares with its organization's other keys."""
    allowed_cidrs: Mapped[list[str] | None] = mapped_column(ARRAY(CIDR))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """The `metadata` that verify hands to the API behind the gate."""
    enabled: Mapped[bool] = mapped_column(default=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    secrets: Mapped[list[ApiKeySecret]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    current_secret: Mapped[ApiKeySecret] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin="and_(ApiKey.id == ApiKeySecret.api_key_id, ApiKeySecret.retired_at.is_(None))",
    )
    plan: Mapped[Plan | None] = relationship(lazy="raise")

    @property
    def prefix(self) -> str:
        """What is shown of the key after its creation."""
        secret = self.current_secret
        if secret.foreign_prefix is not None:
            return secret.foreign_prefix
        return prefix_of(self.environment, secret.lookup_id)

    @property
    def plan_name(self) -> str | None:
        """The name of the plan that overrides the organization's."""
        return self.plan.name if self.plan else None

    def revoke(self, now: datetime) -> None:
        """End the key for good; the first date stays."""
        self.revoked_at = self.revoked_at or now

    def spent_at(self, now: datetime) -> int:
        """What counts against the cap at that instant: what was spent since the period began."""
        if self.credit_cap_period is None:
            return self.credits_spent
        is_current = self.spending_since is not None and self.spending_since >= start_of(
            self.credit_cap_period, now
        )
        return self.credits_spent if is_current else 0

    def uncap(self) -> None:
        """Let the key spend what its organization has; a later cap counts anew."""
        self.credit_cap = self.credit_cap_period = self.spending_since = None
        self.credits_spent = 0

    def cap(self, credits: int, period: CapPeriod | None, now: datetime) -> None:
        """Bound what the key may spend in each period, or in all; another kind of period counts anew."""
        self.credits_spent = self.spent_at(now) if period == self.credit_cap_period else 0
        self.spending_since = None if period is None else start_of(period, now)
        self.credit_cap, self.credit_cap_period = credits, period
