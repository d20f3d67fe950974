"""Who a person is to somebody else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class ExternalIdentity(IdentifiedMixin, TimestampMixin, Base):
    """A way to sign in: whoever proves to be this subject of this issuer is the user."""

    __tablename__ = "external_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    """The name in the settings through which it came."""
    issuer: Mapped[str] = mapped_column(String(2048))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(255))
    """What the provider last called the address: shown to its owner, and nothing is decided by it."""
    last_used_at: Mapped[datetime | None]

    def note_use(self, now: datetime, email: str | None) -> None:
        """Remember when it last signed its owner in, and what the provider said then."""
        self.change(last_used_at=now, email=email)
