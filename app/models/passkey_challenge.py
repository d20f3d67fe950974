"""A question that a passkey answers once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class PasskeyChallenge(IdentifiedMixin, TimestampMixin, Base):
    """A random value that an authenticator is to sign: of this server, for one purpose, for minutes."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (CheckConstraint("(purpose = 'sign_in') = (user_id IS NULL)", name="known_person"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Who is asked; None where the answer is to tell."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
