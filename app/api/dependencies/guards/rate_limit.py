"""The guards of speed, for limits beyond those of the plan."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request

from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.resources import ResourcesDep
from app.api.resources import Resources
from app.core.admission import AdmissionCall, LimitDemand, organization_subject
from app.core.client_address import address_bucket
from app.core.gcra import Quota, rate_limit_headers
from app.core.settings import LimitSettings
from app.services.admission_service import raise_when_exceeded


class Per(StrEnum):
    """Whose bucket a limit fills."""

    ORGANIZATION = "organization"
    USER = "user"


@dataclass(frozen=True)
class RateLimit:
    """A route's own limit for known callers: `Depends(RateLimit("export", quota=10))`.

    The bucket belongs to the verified caller, so no header a stranger invents opens a fresh one.
    """

    name: str
    quota: int
    period_seconds: int = 60
    per: Per = Per.ORGANIZATION

    async def __call__(self, request: Request, principal: PrincipalDep, resources: ResourcesDep) -> None:
        """Take one unit, or answer 429 with Retry-After."""
        if self.per is Per.ORGANIZATION:
            subject = organization_subject(principal.organization_id)
        else:
            subject = f"user:{principal.user_id}"
        quota = Quota(f"route:{self.name}", self.quota, self.period_seconds, self.quota)
        await take(request, resources, LimitDemand(subject, quota))


@dataclass(frozen=True)
class AddressRateLimit:
    """A limit per client address for routes that know nobody yet: the quota comes from the settings."""

    name: str
    quota: Callable[[LimitSettings], int]
    period_seconds: int = 60

    async def __call__(self, request: Request, resources: ResourcesDep) -> None:
        """Take one unit for the address, or answer 429 with Retry-After."""
        quota_units = self.quota(resources.settings.limits)
        quota = Quota(self.name, quota_units, self.period_seconds, quota_units)
        subject = f"ip:{address_bucket(request.scope['state']['client_address'])}"
        await take(request, resources, LimitDemand(subject, quota))


async def take(request: Request, resources: Resources, demand: LimitDemand) -> None:
    """Take from one limit and show it in the answer's RateLimit fields."""
    verdict = await resources.gate.admit(AdmissionCall([], demands=(demand,)))
    takes = request.scope["state"].setdefault("takes", [])
    takes.extend(verdict.demands)
    request.scope["state"]["rate_limit_headers"] = rate_limit_headers(takes)
    raise_when_exceeded(verdict.demands)
