"""The service of holds."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.dependencies.session import SessionDep
from app.api.dependencies.settlement_service import build_settlement
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.charge_id_repository import ChargeIdRepository
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.services.hold_service import HoldService
from app.services.spending_service import SpendingService


def build_holds(session: AsyncSession) -> HoldService:
    """The service, in the session's unit of work."""
    spending = SpendingService(ChargeIdRepository(session), ApiKeyRepository(session))
    return HoldService(CreditHoldRepository(session), build_settlement(session), spending)


async def get_hold_service(session: SessionDep) -> HoldService:
    """The service, in the request's unit of work."""
    return build_holds(session)


HoldServiceDep = Annotated[HoldService, Depends(get_hold_service, scope="function")]
