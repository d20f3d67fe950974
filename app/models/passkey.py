"""A key pair of a person's device."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class Passkey(IdentifiedMixin, TimestampMixin, Base):
    """A WebAuthn credential: the device keeps the private half, and shows it to no one."""

    __tablename__ = "passkeys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """COSE_Key, as the authenticator gave it."""
    sign_count: Mapped[int]
    transports: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    is_synced: Mapped[bool]
    """Whether other devices of its owner may have it, too."""
    last_used_at: Mapped[datetime | None]
    suspected_at: Mapped[datetime | None]
    """When its counter ran backwards, as a copy's would: from then on it proves nothing."""
