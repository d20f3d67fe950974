"""A signed-in person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class Session(IdentifiedMixin, TimestampMixin, Base):
    """One sign-in: the family of all refresh tokens that descend from it."""

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), index=True
    )
    authenticated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When its person proved who they are; a refresh proves nothing anew."""
    impersonator_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    """The operator who opened it to see what the user sees; nobody has proved to be the user."""
    expires_at: Mapped[datetime]
    """The absolute end, whatever is refreshed."""
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """When it was opened or last refreshed."""
    ip_address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(255))

    def revoke(self, now: datetime) -> None:
        """End the session for good, with all its tokens; the first date stays."""
        self.revoked_at = self.revoked_at or now
