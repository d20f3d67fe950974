"""The readiness service of one request."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.core.migrations import needed_revisions
from app.repositories.migration_repository import MigrationRepository
from app.services.readiness_service import ReadinessService

PATIENCE_SECONDS = 2


async def get_readiness_service(resources: ResourcesDep) -> ReadinessService:
    """Ask with the engine of the process: if its pool is exhausted, we are not ready either."""
    return ReadinessService(
        MigrationRepository(resources.engine),
        needed_revisions=needed_revisions(),
        patience_seconds=PATIENCE_SECONDS,
        has_signing_keys=resources.access_tokens.has_keys,
    )


ReadinessServiceDep = Annotated[ReadinessService, Depends(get_readiness_service)]
