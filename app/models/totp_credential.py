"""An authenticator app that shows codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class TotpCredential(IdentifiedMixin, TimestampMixin, Base):
    """The secret that a person's authenticator shares with us; it counts once a code has confirmed it."""

    __tablename__ = "totp_credentials"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)
    """The newest time step whose code was accepted: only codes of later ones are."""
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Wrong codes since the last proof of any second factor."""
