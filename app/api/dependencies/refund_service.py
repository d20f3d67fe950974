"""The service of refunds."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.settlement_service import SettlementServiceDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.charge_id_repository import ChargeIdRepository
from app.repositories.credit_grant_repository import CreditGrantRepository
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.repositories.refund_repository import RefundRepository
from app.services.refund_service import RefundService, SpentCredits


async def get_refund_service(
    session: SessionDep, settlement: SettlementServiceDep, audit: AuditServiceDep
) -> RefundService:
    """The service, in the request's unit of work."""
    spent = SpentCredits(
        LedgerEntryRepository(session), ChargeIdRepository(session), CreditHoldRepository(session)
    )
    return RefundService(
        settlement,
        spent,
        RefundRepository(session),
        CreditGrantRepository(session),
        ApiKeyRepository(session),
        audit,
    )


RefundServiceDep = Annotated[RefundService, Depends(get_refund_service, scope="function")]
