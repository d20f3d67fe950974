"""The service that tells of factors."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.session import SessionDep
from app.repositories.factor_repository import FactorRepository
from app.services.factor_service import FactorService


async def get_factor_service(session: SessionDep) -> FactorService:
    """The service, in the request's unit of work."""
    return FactorService(FactorRepository(session))


FactorServiceDep = Annotated[FactorService, Depends(get_factor_service)]
