"""The limits of what is done before Faregate knows who calls."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.request_limiter import RequestLimiterDep
from app.api.dependencies.resources import ResourcesDep
from app.services.auth_limits import AuthLimits


async def get_auth_limits(limiter: RequestLimiterDep, resources: ResourcesDep) -> AuthLimits:
    """The limits, shown in the request's answer."""
    return AuthLimits(limiter, resources.settings.limits)


AuthLimitsDep = Annotated[AuthLimits, Depends(get_auth_limits)]
