"""What the gate answers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.core.gcra import Take
from app.core.principal import Principal


class Code(StrEnum):
    """The verdicts, in the order in which they are looked for."""

    NOT_FOUND = "NOT_FOUND"
    REVOKED = "REVOKED"
    DISABLED = "DISABLED"
    EXPIRED = "EXPIRED"
    FORBIDDEN = "FORBIDDEN"
    INSUFFICIENT_SCOPE = "INSUFFICIENT_SCOPE"
    CHARGE_ID_REUSED = "CHARGE_ID_REUSED"
    RATE_LIMITED = "RATE_LIMITED"
    INSUFFICIENT_CREDITS = "INSUFFICIENT_CREDITS"
    VALID = "VALID"


@dataclass(slots=True)
class Held:
    """Credits that are reserved, and until when."""

    hold_id: UUID
    amount: int
    expires_at: datetime


@dataclass(slots=True)
class Verdict:
    """The answer to one request."""

    code: Code
    principal: Principal | None = None
    charged: int | None = None
    remaining: int | None = None
    takes: list[Take] = field(default_factory=list)
    charge_id: str | None = None
    replayed: bool = False
    hold: Held | None = None

    @property
    def valid(self) -> bool:
        """Whether the call may go on."""
        return self.code is Code.VALID


@dataclass(slots=True)
class CallVerdict:
    """The answers to one call."""

    caller: Verdict | None
    demands: list[Take]
    verdicts: list[Verdict]
    """Empty when the caller or a demand was refused, or an unknown limit was named."""
    unknown_limits: list[tuple[int, int]] = field(default_factory=list)
    """(request, limit) indexes of limits that the plan lacks; then nothing was consumed."""
    held_up: bool = False
    """Undecided, because somebody keeps the credits of one of those whom it is about."""

    @property
    def is_stranger(self) -> bool:
        """Whether nobody knows the credential of who calls."""
        own = self.caller or (self.verdicts[0] if self.verdicts else None)
        return own is not None and own.code is Code.NOT_FOUND and own.principal is None
