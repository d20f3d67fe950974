"""Somebody on the way to a provider and back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class OauthAttempt(IdentifiedMixin, TimestampMixin, Base):
    """One attempt to sign in or to link: gone when it comes back; nothing here can finish it."""

    __tablename__ = "oauth_attempts"

    state_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    browser_digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the cookie that the browser must bring back."""
    provider: Mapped[str] = mapped_column(String(32))
    return_to: Mapped[str | None] = mapped_column(String(2000))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    """The session that wants to link; None for an attempt to sign in."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
