"""The service that shows use."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.usage_rollup_repository import UsageRollupRepository
from app.services.usage_service import UsageService


async def get_usage_service(session: SessionDep, resources: ResourcesDep) -> UsageService:
    """The service, in the request's unit of work."""
    return UsageService(UsageRollupRepository(session), resources.clock)


UsageServiceDep = Annotated[UsageService, Depends(get_usage_service)]
