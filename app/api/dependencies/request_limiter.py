"""What a service takes limits through, so that the request's answer shows them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from app.api.dependencies.resources import resources_of
from app.core.admission import AdmissionCall, LimitDemand
from app.core.gcra import Take, rate_limit_headers
from app.services.admission_service import raise_when_exceeded


class RequestLimiter:
    """Takes from limits that need no credential, and puts them into the answer's RateLimit fields."""

    def __init__(self, scope: Scope) -> None:
        self._state = scope["state"]
        self._gate = resources_of(scope).gate

    async def take(self, *demands: LimitDemand) -> Sequence[Take]:
        """Take from all of them, or none.

        Raises:
            RateLimitedError: one is used up.
        """
        takes = (await self._gate.admit(AdmissionCall([], demands=demands))).demands
        shown = self._state.setdefault("takes", [])
        shown.extend(takes)
        self._state["rate_limit_headers"] = rate_limit_headers(shown)
        raise_when_exceeded(takes)
        return takes


async def get_request_limiter(request: Request) -> RequestLimiter:
    """The limiter of this request."""
    return RequestLimiter(request.scope)


RequestLimiterDep = Annotated[RequestLimiter, Depends(get_request_limiter)]
