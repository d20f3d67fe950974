"""The service of thresholds."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.settlement_service import SettlementServiceDep
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.credit_event_repository import CreditEventRepository
from app.services.threshold_service import ThresholdService


async def get_threshold_service(
    session: SessionDep, settlement: SettlementServiceDep, audit: AuditServiceDep
) -> ThresholdService:
    """The service, in the request's unit of work."""
    return ThresholdService(
        CreditAccountRepository(session), CreditEventRepository(session), settlement, audit
    )


ThresholdServiceDep = Annotated[ThresholdService, Depends(get_threshold_service)]
