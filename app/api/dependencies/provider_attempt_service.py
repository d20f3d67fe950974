"""The service of the way to a provider and back."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.resources import ResourcesDep
from app.repositories.oauth_attempt_repository import oauth_attempts_opener
from app.services.provider_attempt_service import ProviderAttemptService


async def get_provider_attempt_service(
    limits: AuthLimitsDep, resources: ResourcesDep
) -> ProviderAttemptService:
    """The service; its attempts are kept and spent apart from the request's unit of work."""
    return ProviderAttemptService(
        resources.identity_providers,
        oauth_attempts_opener(resources.engine),
        limits=limits,
        settings=resources.settings.oauth,
        public_url=str(resources.settings.http.public_url),
        clock=resources.clock,
    )


ProviderAttemptServiceDep = Annotated[ProviderAttemptService, Depends(get_provider_attempt_service)]
