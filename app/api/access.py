"""What a route asks of its caller, read from its dependencies: for the documentation, and for the tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.models import Dependant

from app.api.dependencies.credential import get_presented
from app.api.dependencies.guards import (
    AddressRateLimit,
    Charge,
    RateLimit,
    RequireFreshSession,
    RequireScope,
)
from app.api.dependencies.principal import get_principal
from app.api.dependencies.request_limiter import get_request_limiter
from app.api.dependencies.session import open_session
from app.api.dependencies.session_principal import get_session_id
from app.api.dependencies.verification_service import get_verification_service
from app.core.scopes import Scope


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route, and what the call takes."""

    credential: bool
    """Whether an access token or an API key is needed."""
    session: bool
    """Whether only an access token will do."""
    fresh: bool
    """Whether the session's person must have proved lately who they are."""
    scopes: tuple[str, ...]
    limits: tuple[str, ...]
    """Limits of this route, beyond those of the plan."""
    cost_credits: int
    database: bool
    """Whether the answer depends on the database."""


CREDENTIAL_DEMANDS = (get_presented, get_principal)
DATABASE_DEMANDS = (*CREDENTIAL_DEMANDS, open_session, get_request_limiter)


def access_of(dependant: Dependant) -> Access:
    """Gather the demands of a route from its whole tree of dependencies."""
    demands = list(calls_of(dependant))
    scopes = {demand.scope for demand in demands if isinstance(demand, RequireScope)}
    if get_verification_service in demands:
        # The gate decides about who asks and who is asked about in one commit.
        scopes.add(Scope.GATE_VERIFY)
    limits = tuple(d.name for d in demands if isinstance(d, RateLimit | AddressRateLimit))
    fresh = any(isinstance(demand, RequireFreshSession) for demand in demands)
    return Access(
        credential=bool(scopes) or fresh or any(demand in CREDENTIAL_DEMANDS for demand in demands),
        session=fresh or get_session_id in demands,
        fresh=fresh,
        scopes=tuple(sorted(str(scope) for scope in scopes)),
        limits=limits,
        cost_credits=sum(demand.cost for demand in demands if isinstance(demand, Charge)),
        database=bool(scopes or limits or fresh) or any(demand in DATABASE_DEMANDS for demand in demands),
    )


def calls_of(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """Everything that is called before the controller."""
    for dependency in dependant.dependencies:
        if dependency.call is not None:
            yield dependency.call
        yield from calls_of(dependency)
