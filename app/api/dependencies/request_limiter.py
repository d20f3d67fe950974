"""What a service takes limits through, so that the request's answer shows them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request

from app.api.dependencies.resources import ResourcesDep
from app.core.admission import AdmissionCall, LimitDemand
from app.core.gcra import Take, rate_limit_headers
from app.services.admission_service import raise_when_exceeded


class RequestLimiter:
    """Takes from limits that need no credential, and puts them into the answer's RateLimit fields."""

    def __init__(self, request: Request, resources: ResourcesDep) -> None:
        self._state = request.scope["state"]
        self._gate = resources.gate

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


RequestLimiterDep = Annotated[RequestLimiter, Depends()]
