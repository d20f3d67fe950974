"""The claims of an access token (RFC 9068), read in the one form that we write."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

CLAIM_NAMES = frozenset({"iss", "aud", "sub", "sid", "iat", "exp", "jti"})
ACTOR_CLAIM = "act"
"""Who acts for the user, as `{"sub": ...}` (RFC 8693, section 4.1); in tokens of impersonation alone."""
CLOCK_SKEW = timedelta(seconds=5)
"""How far another node's clock may run ahead of ours. An expiry has no leeway at all."""


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says; whether its session still lives is the gate's question."""

    user_id: UUID
    session_id: UUID
    issued_at: datetime
    expires_at: datetime
    jti: UUID
    actor_id: UUID | None = None
    """The operator who acts for the user."""

    def is_current(self, now: datetime) -> bool:
        """Whether the token's time has come and not yet passed."""
        return self.issued_at - CLOCK_SKEW <= now < self.expires_at


def to_access_claims(claims: dict[str, Any]) -> AccessClaims | None:
    """Type the claims; None when one is not of its type and form."""
    try:
        return AccessClaims(
            user_id=to_uuid(claims["sub"]),
            session_id=to_uuid(claims["sid"]),
            issued_at=to_instant(claims["iat"]),
            expires_at=to_instant(claims["exp"]),
            jti=to_uuid(claims["jti"]),
            actor_id=to_actor(claims[ACTOR_CLAIM]) if ACTOR_CLAIM in claims else None,
        )
    except (ValueError, OverflowError, OSError):
        return None


def to_actor(value: object) -> UUID:
    """Read who acts: an object with the one member that we write.

    Raises:
        ValueError: it is not that.
    """
    if not isinstance(value, dict) or value.keys() != {"sub"}:
        message = "not an actor"
        raise ValueError(message)
    return to_uuid(value["sub"])


def to_uuid(value: object) -> UUID:
    """Read a UUID in its canonical form alone.

    Raises:
        ValueError: it is not one.
    """
    if not isinstance(value, str):
        message = "not a string"
        raise ValueError(message)  # noqa: TRY004 -- one error for all that is wrong with a claim
    identifier = UUID(value)
    if str(identifier) != value:
        message = "not the canonical form"
        raise ValueError(message)
    return identifier


def to_instant(value: object) -> datetime:
    """Read a NumericDate in whole seconds.

    Raises:
        ValueError: it is not a positive integer (`true` is not one either).
        OverflowError: no calendar reaches that far.
    """
    if type(value) is not int or value <= 0:
        message = "not a whole number of seconds since 1970"
        raise ValueError(message)
    return datetime.fromtimestamp(value, UTC)
