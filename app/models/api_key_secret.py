"""One issued string of an API key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ApiKeySecret(Base):
    """A string that opens a key; rotation adds one and lets the old one run out."""

    __tablename__ = "api_key_secrets"
    __table_args__ = (
        # One string of a key is current; all others are rotated out or running out.
        Index(
            "uq_api_key_secrets_current",
            "api_key_id",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    lookup_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The 12 characters in clear after `fg_<env>_`; of an imported key the beginning of its SHA-256."""
    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC-SHA256 of the secret with the pepper `pepper_id`."""
    pepper_id: Mapped[int] = mapped_column(SmallInteger)
    foreign_prefix: Mapped[str | None] = mapped_column(String(16))
    """How an imported string begins, as far as its importer tells."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    retired_at: Mapped[datetime | None]
    """Rotated out: from this instant on the string is REVOKED."""
