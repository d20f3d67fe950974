"""Somebody on the way to a provider and back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class OauthAttempt(IdentifiedMixin, TimestampMixin, Base):
    """Somebody who is to sign in, to link or to prove anew: gone when back; nothing here can finish it."""

    __tablename__ = "oauth_attempts"
    __table_args__ = (
        CheckConstraint("purpose IN ('sign_in', 'link', 'reauthenticate')", name="purpose_known"),
        CheckConstraint("(purpose = 'sign_in') = (session_id IS NULL)", name="known_session"),
        CheckConstraint("purpose = 'sign_in' OR invitation_digest IS NULL", name="invited_to_sign_in"),
    )

    state_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    browser_digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the cookie that the browser must bring back."""
    provider: Mapped[str] = mapped_column(String(32))
    return_to: Mapped[str | None] = mapped_column(String(2000))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    """The session that wants to link or to be fresh; None for an attempt to sign in."""
    purpose: Mapped[str] = mapped_column(String(20))
    invitation_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of the invitation that whoever comes back may sign up by."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
