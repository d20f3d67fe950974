"""The service that takes credits."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.session import SessionDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.charge_id_repository import ChargeIdRepository
from app.services.spending_service import SpendingService


async def get_spending_service(session: SessionDep) -> SpendingService:
    """The service, in the request's unit of work."""
    return SpendingService(ChargeIdRepository(session), ApiKeyRepository(session))


SpendingServiceDep = Annotated[SpendingService, Depends(get_spending_service, scope="function")]
