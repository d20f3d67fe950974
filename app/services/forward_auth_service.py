"""Forward-auth: a proxy asks whether a request may go on to the API behind it."""

from typing import NamedTuple

from app.core.admission import (
    Address,
    AdmissionCall,
    AdmissionRequest,
    Code,
    LimitDemand,
    Presented,
    PresentedSession,
    Verdict,
)
from app.core.exceptions import (
    AddressNotAllowedError,
    AmbiguousRequestError,
    ChargeIdReusedError,
    InsufficientCreditsError,
    InsufficientScopeError,
    InvalidCredentialError,
    NotInPlanError,
    RouteNotListedError,
)
from app.core.route_table import PricedRoute, RouteTable
from app.services.admission_service import AdmissionService, raise_when_exceeded

UNLISTED = PricedRoute("*", "an unlisted route", 0)
"""What is not in the list costs nothing and needs a valid credential."""
CHARGE_ID_PREFIX = "forward-auth:"
"""Proxies' request ids are charge ids of their own kind, apart from those of who asks `/verify`."""


class ForwardedRequest(NamedTuple):
    """A client's request, as its proxy tells it."""

    presented: Presented
    method: str
    target: str | None
    """The path and query that the client sent; None if the proxy does not tell."""
    address: Address | None
    request_id: str
    """Faregate's own name for the question."""
    stranger: LimitDemand | None
    """Taken if nobody knows the credential."""
    proxy_request_id: str | None
    """A trusted proxy's name for the client's request: however often it asks, it is charged once."""


class Passage(NamedTuple):
    """What was decided, and about which route."""

    verdict: Verdict
    route: PricedRoute


class ForwardAuthService:
    """Finds what a route demands, and lets the gate decide and charge in its one commit."""

    def __init__(self, gate: AdmissionService, routes: RouteTable, *, unlisted: PricedRoute | None) -> None:
        self._gate = gate
        self._routes = routes
        self._unlisted = unlisted

    async def decide(self, request: ForwardedRequest) -> Passage:
        """The verdict on a request; `raise_when_refused` tells the refusals.

        Raises:
            AmbiguousRequestError: its path can be read in more than one way, or is not told.
            RouteNotListedError: its route is not in the list, and such ones are refused.
            InvalidCredentialError: it comes from an operator who acts for somebody else.
            NotInPlanError: the plan lacks a limit that the route is counted by.
        """
        route = self._route(request)
        presented = request.presented
        if isinstance(presented, PresentedSession) and presented.actor_id is not None:
            # It sees what Faregate's own routes show; another API would act on it, and charge for that.
            raise InvalidCredentialError("The credential is not valid.")
        proxy_request_id = request.proxy_request_id
        admission = AdmissionRequest(
            presented,
            route.cost,
            route.scopes,
            route.limits,
            None if proxy_request_id is None else CHARGE_ID_PREFIX + proxy_request_id,
            route.name,
            request.address,
        )
        call = AdmissionCall([admission], request_id=request.request_id, stranger=request.stranger)
        answer = await self._gate.admit(call)
        if answer.unknown_limits:
            _, limit = answer.unknown_limits[0]
            raise NotInPlanError((route.limits or ())[limit].name)
        return Passage(answer.verdicts[0], route)

    def _route(self, request: ForwardedRequest) -> PricedRoute:
        route = None
        if not self._routes.is_empty:
            if request.target is None:
                raise AmbiguousRequestError("The proxy does not tell which path was asked for.")
            route = self._routes.find(request.method, request.target)
        if route is None:
            route = self._unlisted
        if route is None:
            raise RouteNotListedError
        return route


def raise_when_refused(passage: Passage) -> None:
    """Turn every verdict but VALID into its error.

    Raises:
        InvalidCredentialError: the credential is not usable, or not in the organization that is asked for.
        AddressNotAllowedError: the key may not be used from the client's address.
        InsufficientScopeError: it lacks a scope of the route.
        ChargeIdReusedError: the proxy's request id was charged for something else.
        RateLimitedError: a limit is used up.
        InsufficientCreditsError: the credits do not cover the route's cost.
    """
    verdict, route = passage
    match verdict.code:
        case Code.VALID:
            return
        case Code.FORBIDDEN:
            raise AddressNotAllowedError
        case Code.INSUFFICIENT_SCOPE:
            raise InsufficientScopeError(*route.scopes)
        case Code.CHARGE_ID_REUSED:
            raise ChargeIdReusedError
        case Code.INSUFFICIENT_CREDITS:
            raise InsufficientCreditsError(required=route.cost, available=verdict.remaining or 0)
    raise_when_exceeded(verdict.takes)
    raise InvalidCredentialError("The credential is not valid.")
