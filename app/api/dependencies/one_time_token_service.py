"""The service of tokens that do one thing, once."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.one_time_token_repository import OneTimeTokenRepository
from app.services.one_time_token_service import OneTimeTokenService


async def get_one_time_token_service(session: SessionDep, resources: ResourcesDep) -> OneTimeTokenService:
    """The service, in the request's unit of work."""
    return OneTimeTokenService(OneTimeTokenRepository(session), clock=resources.clock)


OneTimeTokenServiceDep = Annotated[OneTimeTokenService, Depends(get_one_time_token_service)]
