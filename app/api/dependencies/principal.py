"""Who is calling: one alias for every way to prove it, decided by the gate for this very request."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from app.api.dependencies.credential import presented_in
from app.api.dependencies.resources import resources_of
from app.api.dependencies.stranger import stranger_demand
from app.core.admission import AdmissionCall, AdmissionRequest, Code, LimitDemand, Verdict
from app.core.client_address import canonical_address
from app.core.exceptions import AddressNotAllowedError, InvalidCredentialError
from app.core.gcra import rate_limit_headers
from app.core.principal import Principal
from app.services.admission_service import raise_when_elsewhere, raise_when_exceeded

UNUSABLE = {
    Code.NOT_FOUND: "The credential is not valid.",
    Code.REVOKED: "The credential is revoked.",
    Code.DISABLED: "The credential, its user or its organization is disabled.",
    Code.EXPIRED: "The credential has expired.",
}


async def get_principal(request: Request) -> Principal:
    """The caller: decided once for the request, whoever asks.

    Guards call this, they do not inject it: FastAPI walks the whole tree below a dependency wherever it is
    named, and every request would pay for the walk.

    Raises:
        InvalidCredentialError: the credential is not, or no longer, usable.
        NotFoundError: it does not belong to the organization that `X-Organization` names.
        AddressNotAllowedError: the key may not be used from this address.
        RateLimitedError: a limit of the plan is used up, or too many unknown keys came from this address.
    """
    return await identify(request.scope)


PrincipalDep = Annotated[Principal, Depends(get_principal)]


async def postpone_limits(request: Request) -> None:
    """Let the plan's limits wait for the route's own, so that none is taken where another one refuses."""
    state = request.scope["state"]
    state["limits_wait"] = "principal" not in state


async def identify(scope: Scope) -> Principal:
    """The same, for whoever has only the ASGI scope."""
    state = scope["state"]
    if "principal" not in state:
        admission = AdmissionRequest(presented_in(scope))
        if state.get("limits_wait"):
            admission.limits, admission.is_use = (), False
        await admit(scope, admission)
    principal: Principal = state["principal"]
    return principal


async def take_with_plan(scope: Scope, *demands: LimitDemand) -> None:
    """Take what waits of the plan's limits, and these: all of them, or none.

    Raises:
        RateLimitedError: one of them is used up.
    """
    scope["state"]["limits_wait"] = False
    await admit(scope, AdmissionRequest(presented_in(scope), demands=demands))


async def admit(scope: Scope, admission: AdmissionRequest) -> None:
    """Ask the gate: the credential is read fresh, and limits are taken in the same commit."""
    state = scope["state"]
    admission.address = canonical_address(state["client_address"])
    stranger = stranger_demand(scope, admission.presented)
    call = AdmissionCall([admission], request_id=state["request_id"], stranger=stranger)
    verdict = (await resources_of(scope).gate.admit(call)).verdicts[0]
    state["takes"] = list(verdict.takes)
    state["rate_limit_headers"] = rate_limit_headers(verdict.takes)
    if verdict.principal is not None:
        state["subject"] = verdict.principal.subject
    state["principal"] = principal_of(verdict)


def principal_of(verdict: Verdict) -> Principal:
    """The principal of a valid verdict; every other verdict is an error."""
    if verdict.valid and verdict.principal is not None:
        return verdict.principal
    raise_when_elsewhere(verdict)
    if verdict.code is Code.FORBIDDEN:
        raise AddressNotAllowedError
    raise_when_exceeded(verdict.takes)
    raise InvalidCredentialError(UNUSABLE[verdict.code])
