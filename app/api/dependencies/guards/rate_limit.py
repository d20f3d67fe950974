"""The guards of speed, for limits beyond those of the plan."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request

from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.request_limiter import RequestLimiterDep
from app.api.dependencies.resources import resources_of
from app.core.admission import LimitDemand, organization_subject
from app.core.client_address import address_bucket
from app.core.gcra import Quota
from app.core.settings import LimitSettings


class Per(StrEnum):
    """Whose bucket a limit fills."""

    ORGANIZATION = "organization"
    USER = "user"


@dataclass(frozen=True)
class RateLimit:
    """A route's own limit for known callers: `limits=(RateLimit("export", quota=10),)`.

    The bucket belongs to the verified caller, so no header a stranger invents opens a fresh one.
    """

    name: str
    quota: int
    period_seconds: int = 60
    per: Per = Per.ORGANIZATION

    async def __call__(self, principal: PrincipalDep, limiter: RequestLimiterDep) -> None:
        """Take one unit, or answer 429 with Retry-After."""
        if self.per is Per.ORGANIZATION:
            subject = organization_subject(principal.organization_id)
        else:
            subject = f"user:{principal.user_id}"
        quota = Quota(f"route:{self.name}", self.quota, self.period_seconds, self.quota)
        await limiter.take(LimitDemand(subject, quota))


@dataclass(frozen=True)
class AddressRateLimit:
    """A limit per client address for routes that know nobody yet: the quota comes from the settings."""

    name: str
    quota: Callable[[LimitSettings], int]
    period_seconds: int = 60

    async def __call__(self, request: Request, limiter: RequestLimiterDep) -> None:
        """Take one unit for the address, or answer 429 with Retry-After."""
        quota_units = self.quota(resources_of(request.scope).settings.limits)
        quota = Quota(self.name, quota_units, self.period_seconds, quota_units)
        subject = f"ip:{address_bucket(request.scope['state']['client_address'])}"
        await limiter.take(LimitDemand(subject, quota))
