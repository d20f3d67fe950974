"""What is asked of the gate."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from uuid import UUID

from app.core.api_key_secrets import PresentedKey
from app.core.gcra import Quota

Address = IPv4Address | IPv6Address


class PresentedSession(NamedTuple):
    """An access token of good signature and times; whether its session lives is the database's word."""

    session_id: UUID
    user_id: UUID
    organization_id: UUID | None = None
    """The one of the user's organizations that is asked for; None: the session's own."""
    actor_id: UUID | None = None
    """The operator who acts for the user."""

    @property
    def place(self) -> tuple[UUID, UUID | None]:
        """Which session, and where."""
        return self.session_id, self.organization_id


Presented = PresentedKey | PresentedSession


@dataclass(slots=True)
class LimitUse:
    """How much of one of the plan's limits a call uses."""

    name: str
    weight: int


@dataclass(slots=True)
class LimitDemand:
    """A limit outside the plans: whose bucket, which quota, how much of it."""

    subject: str
    quota: Quota
    weight: int = 1


@dataclass(slots=True)
class AdmissionRequest:
    """One question: may this credential do this, and what does it cost?"""

    presented: Presented | None
    """None for a string that cannot be a credential: NOT_FOUND without looking."""
    cost: int = 0
    scopes: tuple[str, ...] = ()
    limits: tuple[LimitUse, ...] | None = None
    """None: every limit of the plan, weight 1."""
    charge_id: str | None = None
    reason: str = "verify"
    address: Address | None = None
    hold_seconds: int | None = None
    """Reserve the cost for so long instead of charging it; whoever asks settles or releases it."""
    tags: tuple[str, ...] = ()
    """What its use is told apart by."""
    is_use: bool = True
    """Whether it counts as use of the API; to look at a token does not."""
    demands: tuple[LimitDemand, ...] = ()
    """Limits beside the plan's, taken together with them: all of them, or none."""


@dataclass(slots=True)
class AdmissionCall:
    """What one caller asks at once: decided and written together, each request on its own."""

    requests: list[AdmissionRequest]
    caller: AdmissionRequest | None = None
    """The service key that asks. If it is refused, nothing is decided and nothing consumed for it."""
    demands: tuple[LimitDemand, ...] = ()
    request_id: str | None = None
    stranger: LimitDemand | None = None
    """Taken if nobody knows the credential of who calls: whoever tries many keys is slowed down."""
    asked_at: float = 0
    """When the gate was asked, by the event loop's clock."""
