"""A token that does one thing, once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin


class OneTimeToken(IdentifiedMixin, TimestampMixin, Base):
    """A right that was sent by mail, as digests; who redeems it deletes it, who asks again replaces it."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        # One of a purpose and subject lives: a newer one takes the place of the older in one statement.
        UniqueConstraint("purpose", "subject"),
        CheckConstraint("(handle_digest IS NULL) = (code_digest IS NULL)", name="code_has_handle"),
        CheckConstraint("(code_digest IS NULL) = (code_expires_at IS NULL)", name="code_expires"),
    )

    purpose: Mapped[str] = mapped_column(String(20))
    """The name of its `TokenPurpose`, in lower case."""
    subject: Mapped[str] = mapped_column(String(320))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(255))
    """The address that it was sent to, in its canonical form."""
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    handle_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(SmallInteger, default=0)
