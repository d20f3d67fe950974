"""A person who can sign in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin, VersionedMixin


class User(IdentifiedMixin, TimestampMixin, VersionedMixin, Base):
    """A person: signs in with an e-mail address, belongs to organizations, may be an operator."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_canonical"),
        CheckConstraint("username = lower(username)", name="username_canonical"),
        CheckConstraint("banned_at IS NULL OR NOT is_active", name="banned_is_disabled"),
    )

    email: Mapped[str] = mapped_column(String(255), unique=True)
    email_verified_at: Mapped[datetime]
    """When the address was proved, or vouched for by an operator: nobody has an account before."""
    username: Mapped[str | None] = mapped_column(String(30), unique=True)
    full_name: Mapped[str | None] = mapped_column(String(255))
    hashed_password: Mapped[str | None] = mapped_column(String(255))
    has_short_password: Mapped[bool] = mapped_column(default=False)
    """Whether the password does only beside a second factor: without one it opens nothing."""
    is_active: Mapped[bool] = mapped_column(default=True)
    is_operator: Mapped[bool] = mapped_column(default=False)
    banned_at: Mapped[datetime | None]
    """Since when this person is kept out for good; the row keeps the address from signing up again."""
    ban_reason: Mapped[str | None] = mapped_column(String(200))

    def ban(self, now: datetime, *, reason: str) -> None:
        """Keep the person out; the first date stays."""
        self.banned_at = self.banned_at or now
        self.ban_reason = reason
        self.is_active = False

    def lift_ban(self) -> None:
        """Let the person in again."""
        if self.banned_at is not None:
            self.banned_at, self.ban_reason, self.is_active = None, None, True
