"""Who may call a route, and what the call takes: declared once, in the route's `dependencies=`.

The guards, the OpenAPI document and the tests are all made from this declaration. A route without one, or
with a guard that its declaration does not name, does not start:

    @router.post("", dependencies=[credential(Scope.API_KEYS_WRITE, audit=AuditAction.API_KEY_CREATED)])
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from fastapi import params
from fastapi.dependencies.models import Dependant

from app.api.dependencies.asker import get_asker
from app.api.dependencies.auth_limits import get_auth_limits
from app.api.dependencies.credential import get_presented
from app.api.dependencies.guards import (
    AddressRateLimit,
    Attempting,
    Audited,
    Charge,
    Hold,
    Idempotent,
    RateLimit,
    RateLimits,
    RequireFreshSession,
    RequireScope,
    RequireSession,
)
from app.api.dependencies.guards.require_session import SAFE_METHODS
from app.api.dependencies.principal import get_principal, postpone_limits
from app.api.dependencies.request_limiter import get_request_limiter
from app.api.dependencies.session import open_session
from app.api.dependencies.session_principal import get_person, get_session_id
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.scopes import Scope

Limit = RateLimit | AddressRateLimit
Events = AuditAction | tuple[AuditAction, ...]

NOTHING: tuple[AuditAction, ...] = ()
"""What a route writes that changes something, and yet nothing that the audit trail is for."""


@dataclass(frozen=True, slots=True)
class Sometimes:
    """For a call that may have nothing to do, such as to end what is over: `audit=Sometimes(...)`."""

    events: Events


GUARDS = (
    RequireScope,
    RequireSession,
    RequireFreshSession,
    RateLimits,
    Idempotent,
    Charge,
    Hold,
    Attempting,
    Audited,
)
SESSION_DEMANDS = (get_session_id, get_person)
CREDENTIAL_DEMANDS = (get_asker, get_presented, get_principal, *SESSION_DEMANDS)
DATABASE_DEMANDS = (*CREDENTIAL_DEMANDS, open_session, get_request_limiter)


class CredentialKind(StrEnum):
    """What a caller can present."""

    ACCESS_TOKEN = "access_token"  # noqa: S105 -- the name of a kind, not a secret
    API_KEY = "api_key"


ANY_CREDENTIAL = (CredentialKind.ACCESS_TOKEN, CredentialKind.API_KEY)
SESSION_ALONE = (CredentialKind.ACCESS_TOKEN,)


@dataclass(frozen=True, kw_only=True)
class Access(params.Depends):
    """The one declaration of a route; `StrictRoute` puts its guards in its place."""

    credentials: tuple[CredentialKind, ...] = ()
    """The kinds that will do; none is needed where there are none."""
    scopes: tuple[Scope, ...] = ()
    fresh: bool = False
    """Whether the session's person must have proved lately who they are."""
    impersonators: bool = False
    """Whether an operator who acts for the person may call, although it changes something."""
    at_the_gate: bool = False
    """Whether the gate looks for the scopes, together with what it is asked."""
    limits: tuple[Limit, ...] = ()
    """Limits of this route, beyond those of the plan."""
    attempts: tuple[AuthAction, ...] = ()
    """What its service counts before any work, for the account, the address and everybody: nothing else."""
    charge: Charge | None = None
    hold: Hold | None = None
    """A price that is known only after the work."""
    audit: Events | Sometimes | None = None
    """Of these, one is written whenever the route has done its work; None where nothing is said."""
    refusals: Events = NOTHING
    """These may be written when it refuses."""
    also: Events = NOTHING
    """These may be written besides: what follows from the work."""
    never_replayed: str | None = None
    """Why an `Idempotency-Key` does not count, although this is a POST and knows its caller."""

    @property
    def events(self) -> tuple[AuditAction, ...]:
        """All that the route may write."""
        done = self.audit.events if isinstance(self.audit, Sometimes) else self.audit
        return (*as_tuple(done or NOTHING), *as_tuple(self.refusals), *as_tuple(self.also))

    def is_repeatable(self, methods: Collection[str]) -> bool:
        """Whether a request with an `Idempotency-Key` is executed once."""
        is_known = bool(self.credentials) and not self.at_the_gate
        return set(methods) == {"POST"} and is_known and self.never_replayed is None

    def guards(self, methods: Collection[str]) -> list[params.Depends]:
        """The guards that see to all this, in the order in which they refuse: who, how fast, the price."""
        counted = (Attempting(self.attempts),) if self.attempts else ()
        once = (Idempotent(),) if self.is_repeatable(methods) else ()
        limits = (RateLimits(self.limits),) if self.limits else ()
        before = [params.Depends(guard) for guard in (*self._who(), *limits, *counted, *once)]
        if self.hold is not None:
            # Until after the answer: what is streamed is counted while it leaves.
            before.append(params.Depends(self.hold, scope="request"))
        return [*before, *(params.Depends(guard, scope="function") for guard in self._around())]

    def _who(self) -> Iterator[Callable[..., Any]]:
        if self.at_the_gate or not self.credentials:
            return
        if self.limits:
            yield postpone_limits
        if self.fresh:
            yield RequireFreshSession(accepts_keys=self.credentials != SESSION_ALONE)
        elif self.credentials == SESSION_ALONE:
            yield RequireSession(admits_impersonators=self.impersonators)
        elif not self.scopes:
            yield get_principal
        yield from (RequireScope(scope) for scope in self.scopes)

    def _around(self) -> Iterator[Callable[..., Any]]:
        if self.charge is not None:
            yield self.charge
        if self.audit and not isinstance(self.audit, Sometimes):
            # What is refused by an answer, not by an exception, is committed and told as well.
            yield Audited(self.events)


class Effects(TypedDict, total=False):
    """What a call takes and leaves behind, whoever may call."""

    limits: tuple[Limit, ...]
    attempts: tuple[AuthAction, ...]
    charge: Charge
    hold: Hold
    impersonators: bool
    audit: Events | Sometimes
    refusals: Events
    also: Events
    never_replayed: str


def public(**effects: Unpack[Effects]) -> Access:
    """Everybody may call, without a credential."""
    return Access(**effects)


def credential(*scopes: Scope, **effects: Unpack[Effects]) -> Access:
    """A session or an API key that has these scopes may call."""
    return Access(credentials=ANY_CREDENTIAL, scopes=scopes, **effects)


def fresh_credential(*scopes: Scope, **effects: Unpack[Effects]) -> Access:
    """As `credential`, but the person of a session must have proved lately who they are."""
    return Access(credentials=ANY_CREDENTIAL, scopes=scopes, fresh=True, **effects)


def session(*scopes: Scope, **effects: Unpack[Effects]) -> Access:
    """A signed-in person who has these scopes may call; an API key may not."""
    return Access(credentials=SESSION_ALONE, scopes=scopes, **effects)


def fresh_session(*scopes: Scope, **effects: Unpack[Effects]) -> Access:
    """A signed-in person who has proved lately who they are may call."""
    return Access(credentials=SESSION_ALONE, scopes=scopes, fresh=True, **effects)


def asker(scope: Scope) -> Access:
    """A service that has this scope may call: the gate decides that together with what it is asked."""
    return Access(credentials=ANY_CREDENTIAL, scopes=(scope,), at_the_gate=True, audit=NOTHING)


def forwarded() -> Access:
    """Whoever presents a credential that the gate finds good enough for the route behind may pass."""
    return Access(credentials=ANY_CREDENTIAL, at_the_gate=True)


def as_tuple(events: Events) -> tuple[AuditAction, ...]:
    """One event or several, as several."""
    return (events,) if isinstance(events, AuditAction) else events


def declared_access(name: str, methods: set[str], dependencies: list[params.Depends]) -> Access:
    """The one declaration among a route's dependencies.

    Raises:
        TypeError: there is none, or two; or a route that changes something does not say what it writes.
    """
    found = [each for each in dependencies if isinstance(each, Access)]
    if len(found) != 1:
        message = (
            f"{name} must declare its access: dependencies=[public()], [credential(...)] or [session(...)]"
        )
        raise TypeError(message)
    (access,) = found
    if not methods <= SAFE_METHODS and access.audit is None:
        message = f"{name} must say which audit event it writes: audit=AuditAction..., or audit=NOTHING"
        raise TypeError(message)
    return access


def require_declared(
    name: str, access: Access, guards: Sequence[params.Depends], dependant: Dependant
) -> None:
    """Go on only if the route asks its caller for nothing that its declaration leaves out.

    Raises:
        TypeError: it does, or it declares attempts that nothing of it counts.
    """
    named = {guard.dependency for guard in guards}
    calls = list(calls_of(dependant))
    if access.attempts and get_auth_limits not in calls:
        message = f"{name} declares attempts, which no service of it counts"
        raise TypeError(message)
    for call in calls:
        undeclared = isinstance(call, GUARDS) and call not in named
        unnamed = call in CREDENTIAL_DEMANDS and not access.credentials
        if undeclared or unnamed or (call in SESSION_DEMANDS and access.credentials != SESSION_ALONE):
            message = f"{name} asks for {call}, which its declaration does not say"
            raise TypeError(message)


def needs_database(access: Access, dependant: Dependant) -> bool:
    """Whether the answer depends on the database."""
    return bool(access.credentials) or any(call in DATABASE_DEMANDS for call in calls_of(dependant))


def calls_of(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """Everything that is called before the controller."""
    for dependency in dependant.dependencies:
        if dependency.call is not None:
            yield dependency.call
        yield from calls_of(dependency)
