"""The service of introspection."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.services.introspection_service import IntrospectionService


async def get_introspection_service(resources: ResourcesDep) -> IntrospectionService:
    """The service: it asks the gate and holds nothing of a request."""
    sessions = resources.settings.sessions
    return IntrospectionService(
        resources.gate,
        resources.access_tokens,
        foreign_prefixes=resources.settings.keys.foreign_prefixes,
        issuer=sessions.issuer,
        audience=sessions.audience,
        clock=resources.clock,
    )


IntrospectionServiceDep = Annotated[IntrospectionService, Depends(get_introspection_service)]
