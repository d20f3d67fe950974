"""The service of holds."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.session import SessionDep
from app.api.dependencies.settlement_service import SettlementServiceDep
from app.api.dependencies.spending_service import SpendingServiceDep
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.services.hold_service import HoldService


async def get_hold_service(
    session: SessionDep, settlement: SettlementServiceDep, spending: SpendingServiceDep
) -> HoldService:
    """The service, in the request's unit of work."""
    return HoldService(CreditHoldRepository(session), settlement, spending)


HoldServiceDep = Annotated[HoldService, Depends(get_hold_service, scope="function")]
