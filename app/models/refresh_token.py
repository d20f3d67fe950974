"""A token that buys the next access token."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class RefreshToken(IdentifiedMixin, TimestampMixin, Base):
    """Opaque, stored as a hash, used once; a second use, past a short grace, ends the session."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        # A session refreshed every ten minutes has thousands of tokens, and one or two with a salt.
        Index(
            "ix_refresh_tokens_session_id_salted",
            "session_id",
            postgresql_where=text("successor_salt IS NOT NULL"),
        ),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    successor_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Together with the token itself it tells the token that followed; gone once that was used."""
