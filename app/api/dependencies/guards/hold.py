"""The guard of a price that is known only after the work."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request

from app.api.dependencies.hold_service import build_holds
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.resources import resources_of
from app.core.charge import ChargeOrder
from app.core.database import transaction
from app.core.exceptions import ImpersonationRefusedError
from app.core.hold import HoldOrder
from app.core.meter import Meter
from app.core.principal import Principal


@dataclass(frozen=True)
class Hold:
    """A price of at most so many credits: `hold=Hold(max=100, reason="report")`.

    They are held, in a transaction of its own, before the work begins. After the answer has left, a stream
    included, the hold is settled with what `MeterDep` has counted. If the work fails, or the client goes away
    before the end of a stream, all of it returns; if the process dies, so it does when the hold expires.
    """

    max: int
    reason: str
    expires_in_seconds: int = 600

    async def __call__(self, request: Request, principal: PrincipalDep) -> AsyncIterator[None]:
        """Hold the credits while the work is done; 402 when they are short."""
        if principal.impersonator_id is not None:
            raise ImpersonationRefusedError
        hold_id = await self._reserve(request, principal)
        meter = request.scope["state"]["meter"] = Meter(self.max)
        used = 0
        try:
            yield
            used = 0 if meter.is_interrupted else meter.used
        finally:
            if hold_id is not None:
                await self._end(request, hold_id, used)

    async def _reserve(self, request: Request, principal: Principal) -> UUID | None:
        """The hold's id; None for who never pays."""
        order = ChargeOrder.by(
            principal, cost=self.max, reason=self.reason, request_id=request.scope["state"]["request_id"]
        )
        async with transaction(resources_of(request.scope).engine) as session:
            hold = await build_holds(session).reserve(HoldOrder(order, self.expires_in_seconds))
            return None if hold is None else hold.id

    async def _end(self, request: Request, hold_id: UUID, used: int) -> None:
        async with transaction(resources_of(request.scope).engine) as session:
            holds = build_holds(session)
            if used:
                await holds.settle(hold_id, used, holder_id=None)
            else:
                await holds.release(hold_id, holder_id=None)


async def get_meter(request: Request) -> Meter:
    """The meter of a route that declares a hold."""
    return cast("Meter", request.scope["state"]["meter"])


MeterDep = Annotated[Meter, Depends(get_meter)]
