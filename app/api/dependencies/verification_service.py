"""The verification service, for its controller."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.services.verification_service import VerificationService


async def get_verification_service(resources: ResourcesDep) -> VerificationService:
    """The one verification service: it holds nothing of a request."""
    return resources.verification


VerificationServiceDep = Annotated[VerificationService, Depends(get_verification_service)]
