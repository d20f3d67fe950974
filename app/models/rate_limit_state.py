"""How much of a limit is used."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class RateLimitState(Base):
    """A GCRA bucket: whose, which limit, and its theoretical arrival time.

    UNLOGGED: a crash of PostgreSQL empties the buckets, which errs on the caller's side.
    """

    __tablename__ = "rate_limit_states"
    __table_args__ = ({"prefixes": ["UNLOGGED"], "postgresql_with": {"fillfactor": "50"}},)

    subject: Mapped[str] = mapped_column(String(320), primary_key=True)
    """`org:<uuid>`, `user:<uuid>` or `ip:<address or /64>`; never an unverified credential."""
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The limit's name; never its value, so that changing a plan resets nothing."""
    tat_us: Mapped[int] = mapped_column(BigInteger)
    """Microseconds since the epoch, by the database's clock."""
    previous_us: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """What `tat_us` was before: a write that took it from somewhere else than where it is now is refused."""
