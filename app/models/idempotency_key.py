"""An answer that is given again to whoever repeats the request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin


class IdempotencyKey(IdentifiedMixin, Base):
    """One call that was executed, and its sealed answer: it may hold a secret that is shown once."""

    __tablename__ = "idempotency_keys"

    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Who called what, under which key."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """The person of the session, or the creator of the API key: the answer ends with them."""
    sealed_answer: Mapped[bytes] = mapped_column(LargeBinary)
    """With the fingerprint of the request: a body may hold a password, and its bare hash could be guessed."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
