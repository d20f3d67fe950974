"""The service that compares passwords."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.repositories.user_repository import users_opener
from app.services.password_proof_service import PasswordProofService


async def get_password_proof_service(resources: ResourcesDep) -> PasswordProofService:
    """The service; it uses no transaction of the request."""
    return PasswordProofService(
        resources.password_hasher,
        resources.gate,
        users_opener(resources.engine),
        settings=resources.settings.limits,
        clock=resources.clock,
    )


PasswordProofServiceDep = Annotated[PasswordProofService, Depends(get_password_proof_service)]
