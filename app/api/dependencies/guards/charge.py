"""The guard of price."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request

from app.api.dependencies.credit_service import CreditServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.core.charge import ChargeOrder
from app.core.exceptions import ImpersonationRefusedError
from app.core.identifiers import one_spelling
from app.core.principal import Principal


@dataclass(frozen=True)
class Charge:
    """A price in credits: `charge=Charge(5, reason="blog_post.publication")`.

    What cannot be paid is refused before the work begins. The credits are taken after the work, in the
    request's own transaction and just before its commit: work that fails costs nothing, and the account is
    locked for the moment of the commit only, never while the work is done.
    """

    cost: int
    reason: str
    once_per: str | None = None
    """A path parameter: the organization pays once for each of its values, ever."""

    async def __call__(
        self, request: Request, principal: PrincipalDep, credits: CreditServiceDep
    ) -> AsyncIterator[None]:
        """Let the work happen if it can be paid, then take the credits; 402 when they are short."""
        if principal.impersonator_id is not None:
            raise ImpersonationRefusedError
        order = self._order(request, principal)
        await credits.require_affordable(order)
        yield
        if self.once_per is None:
            await credits.charge(order)
        else:
            await credits.charge_once(order)

    def _order(self, request: Request, principal: Principal) -> ChargeOrder:
        charge_id = None
        if self.once_per is not None:
            charge_id = f"{self.reason}:{one_spelling(request.path_params[self.once_per])}"
        request_id = request.scope["state"]["request_id"]
        return ChargeOrder.by(
            principal, cost=self.cost, reason=self.reason, charge_id=charge_id, request_id=request_id
        )
