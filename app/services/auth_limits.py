"""How often anybody may try to sign in."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from app.core.admission import LimitDemand
from app.core.client_address import address_bucket
from app.core.gcra import Quota, Take
from app.core.settings import LimitSettings

PERIOD_SECONDS = 60
ALL = "all"
"""The one bucket of a limit that everybody shares."""


class Limiter(Protocol):
    """What takes from limits that need no credential: all of them, or none."""

    async def take(self, *demands: LimitDemand) -> Sequence[Take]:
        """Take, or raise RateLimitedError."""


class AuthLimits:
    """The limits of signing in: failures and successes count alike, and nothing is given back."""

    def __init__(self, limiter: Limiter, settings: LimitSettings) -> None:
        self._limiter = limiter
        self._settings = settings

    async def take_login(self, email: str, address: str) -> None:
        """Count one attempt for the account from this address, for the address, and for everybody.

        The account alone has no limit: a stranger elsewhere must not be able to lock its owner out.

        Raises:
            RateLimitedError: one of them is used up; then none has been counted.
        """
        quota = per_minute("login", self._settings.login_per_account_and_address)
        subject = f"login:{account_bucket(email)}:{address_bucket(address)}"
        await self._limiter.take(LimitDemand(subject, quota), *self._shared(address))

    async def take_refresh(self, address: str) -> None:
        """Count one attempt for the address and for everybody.

        Raises:
            RateLimitedError: one of them is used up; then none has been counted.
        """
        await self._limiter.take(*self._shared(address))

    def _shared(self, address: str) -> tuple[LimitDemand, LimitDemand]:
        return (
            LimitDemand(f"ip:{address_bucket(address)}", per_minute("auth", self._settings.auth_per_address)),
            LimitDemand(ALL, per_minute("auth_global", self._settings.auth_global)),
        )


def per_minute(name: str, quota: int) -> Quota:
    """A limit whose whole quota may come at once."""
    return Quota(name, quota, PERIOD_SECONDS, quota)


def account_bucket(email: str) -> str:
    """A name for an account that does not show its address to who reads the buckets."""
    return hashlib.sha256(email.encode()).hexdigest()[:32]
