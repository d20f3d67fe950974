"""A key that signs access tokens."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin

SIGNING_KEY_PURPOSE = "signing_key"
"""What its private part is sealed for."""


class SigningKeyState(StrEnum):
    """A key's life, in order."""

    NEXT = "next"
    """Published, so that everybody knows it before it signs."""
    CURRENT = "current"
    """Signs."""
    RETIRING = "retiring"
    """Signs no more; verifies until its last token has expired."""
    RETIRED = "retired"
    """Verifies nothing; its private part is erased."""


class SigningKey(IdentifiedMixin, TimestampMixin, Base):
    """One key pair, known by the thumbprint of its public part.

    Even those that only verify are kept sealed whole: who can write to the table cannot add a key of theirs.
    """

    __tablename__ = "signing_keys"
    __table_args__ = (
        CheckConstraint("state IN ('next', 'current', 'retiring', 'retired')", name="state_known"),
        CheckConstraint("(state = 'retired') = (sealed_private_key IS NULL)", name="retired_erased"),
        CheckConstraint("(state IN ('retiring', 'retired')) = (retires_at IS NOT NULL)", name="retires"),
        Index(
            "ix_signing_keys_state",
            "state",
            unique=True,
            postgresql_where=text("state IN ('next', 'current')"),
        ),
    )

    kid: Mapped[str] = mapped_column(String(43), unique=True)
    state: Mapped[str] = mapped_column(String(8), default=SigningKeyState.NEXT)
    sealed_private_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """PEM, encrypted."""
    promoted_at: Mapped[datetime | None]
    retires_at: Mapped[datetime | None]
    """When its last token has expired."""

    def promote(self, now: datetime) -> None:
        """Sign from now on."""
        self.change(state=SigningKeyState.CURRENT, promoted_at=now)

    def retire(self, *, until: datetime) -> None:
        """Sign no more, and verify until then."""
        self.change(state=SigningKeyState.RETIRING, retires_at=until)

    def end(self, now: datetime) -> None:
        """Verify nothing from now on; the private part is erased, and the first end stays."""
        ended_at = now if self.retires_at is None else min(self.retires_at, now)
        self.change(state=SigningKeyState.RETIRED, sealed_private_key=None, retires_at=ended_at)
