"""The service of credits."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.charge_id_repository import ChargeIdRepository
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.services.credit_service import CreditService


async def get_credit_service(session: SessionDep, audit: AuditServiceDep) -> CreditService:
    """The service, in the request's unit of work."""
    return CreditService(
        CreditAccountRepository(session),
        LedgerEntryRepository(session),
        ChargeIdRepository(session),
        ApiKeyRepository(session),
        audit,
    )


# The scope makes FastAPI refuse, at start, a Charge that would take its credits after the answer.
CreditServiceDep = Annotated[CreditService, Depends(get_credit_service, scope="function")]
