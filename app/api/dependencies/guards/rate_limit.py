"""The guard of speed, for limits beyond those of the plan."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request
from starlette.types import Scope

from app.api.dependencies.principal import identify, take_with_plan
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

    async def demand(self, scope: Scope) -> LimitDemand:
        """One unit, for the caller."""
        principal = await identify(scope)
        if self.per is Per.ORGANIZATION:
            subject = organization_subject(principal.organization_id)
        else:
            subject = f"user:{principal.user_id}"
        quota = Quota(f"route:{self.name}", self.quota, self.period_seconds, self.quota)
        return LimitDemand(subject, quota)


@dataclass(frozen=True)
class AddressRateLimit:
    """A limit per client address for routes that know nobody yet: the quota comes from the settings."""

    name: str
    quota: Callable[[LimitSettings], int]
    period_seconds: int = 60

    async def demand(self, scope: Scope) -> LimitDemand:
        """One unit, for the address."""
        quota_units = self.quota(resources_of(scope).settings.limits)
        quota = Quota(self.name, quota_units, self.period_seconds, quota_units)
        return LimitDemand(f"ip:{address_bucket(scope['state']['client_address'])}", quota)


@dataclass(frozen=True)
class RateLimits:
    """Take from all limits of a route, and from those of its caller's plan: from all, or from none."""

    limits: tuple[RateLimit | AddressRateLimit, ...]

    async def __call__(self, request: Request, limiter: RequestLimiterDep) -> None:
        """Take one unit of each, or answer 429 with Retry-After."""
        scope = request.scope
        demands = [await limit.demand(scope) for limit in self.limits]
        if scope["state"].get("limits_wait"):
            await take_with_plan(scope, *demands)
        else:
            await limiter.take(*demands)
