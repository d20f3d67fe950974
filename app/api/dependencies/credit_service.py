"""The service of credits."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.session import SessionDep
from app.api.dependencies.settlement_service import SettlementServiceDep
from app.api.dependencies.spending_service import SpendingServiceDep
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.services.credit_service import CreditService


async def get_credit_service(
    session: SessionDep, settlement: SettlementServiceDep, spending: SpendingServiceDep
) -> CreditService:
    """The service, in the request's unit of work."""
    return CreditService(
        CreditAccountRepository(session), LedgerEntryRepository(session), settlement, spending
    )


# The scope makes FastAPI refuse, at start, a Charge that would take its credits after the answer.
CreditServiceDep = Annotated[CreditService, Depends(get_credit_service, scope="function")]
