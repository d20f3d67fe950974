"""A place in an organization that somebody has been offered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, IdentifiedMixin, TimestampMixin
from app.models.organization import Organization
from app.models.user import User


class Invitation(IdentifiedMixin, TimestampMixin, Base):
    """An offer that nobody has answered yet: who accepts, declines or revokes it deletes it."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("organization_id", "email"),
        CheckConstraint("email = lower(email)", name="email_canonical"),
        CheckConstraint("role IN ('owner', 'admin', 'developer', 'viewer')", name="role_known"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20))
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Whose right the offer rests on: it dies with that right."""
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Of the token that was mailed, which is stored nowhere."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    organization: Mapped[Organization] = relationship(lazy="raise")
    inviter: Mapped[User] = relationship(lazy="raise")
