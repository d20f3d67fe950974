"""A sign-in that waits for its second factor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class PendingSignIn(IdentifiedMixin, TimestampMixin, Base):
    """What an `mfa_token` stands for: a proved first factor, a few tries, minutes; then it is gone."""

    __tablename__ = "pending_sign_ins"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    """The session whose person proves anew who they are; None for a new sign-in."""
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    methods: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    """What has been proved so far."""
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
