"""What a route demands of its caller, declared beside the route: scope, speed, price."""

from app.api.dependencies.guards.attempting import Attempting
from app.api.dependencies.guards.audited import Audited
from app.api.dependencies.guards.charge import Charge
from app.api.dependencies.guards.hold import Hold, MeterDep
from app.api.dependencies.guards.idempotent import Idempotent
from app.api.dependencies.guards.rate_limit import AddressRateLimit, Per, RateLimit, RateLimits
from app.api.dependencies.guards.require_fresh_session import RequireFreshSession
from app.api.dependencies.guards.require_scope import RequireScope
from app.api.dependencies.guards.require_session import RequireSession

__all__ = [
    "AddressRateLimit",
    "Attempting",
    "Audited",
    "Charge",
    "Hold",
    "Idempotent",
    "MeterDep",
    "Per",
    "RateLimit",
    "RateLimits",
    "RequireFreshSession",
    "RequireScope",
    "RequireSession",
]
