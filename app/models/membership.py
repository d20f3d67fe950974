"""Who belongs to which organization."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.roles import Role
from app.models.base import Base, TimestampMixin
from app.models.organization import Organization
from app.models.user import User


class Membership(TimestampMixin, Base):
    """A user's place in an organization."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'admin', 'developer', 'viewer')", name="role_known"),
    )

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(20))
    user: Mapped[User] = relationship(lazy="raise")
    organization: Mapped[Organization] = relationship(lazy="raise")

    @property
    def rank(self) -> Role:
        """The role, to compare with others."""
        return Role(self.role)

    @property
    def email(self) -> str:
        """Where the member can be reached."""
        return self.user.email

    @property
    def full_name(self) -> str | None:
        """What the member is called."""
        return self.user.full_name
