"""The limits of what is done before Faregate knows who calls."""

from typing import Annotated

from fastapi import Depends, Request

from app.api.dependencies.request_limiter import RequestLimiterDep
from app.api.dependencies.resources import ResourcesDep
from app.services.auth_limits import AuthLimits


async def get_auth_limits(
    request: Request, limiter: RequestLimiterDep, resources: ResourcesDep
) -> AuthLimits:
    """The limits of the actions that the route declares, shown in the request's answer."""
    declared = request.scope["state"].get("auth_actions", ())
    return AuthLimits(limiter, resources.settings.limits, actions=declared)


AuthLimitsDep = Annotated[AuthLimits, Depends(get_auth_limits)]
