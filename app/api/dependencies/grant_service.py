"""The service of grants."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.settlement_service import SettlementServiceDep
from app.repositories.credit_grant_repository import CreditGrantRepository
from app.services.grant_service import GrantService


async def get_grant_service(
    session: SessionDep, settlement: SettlementServiceDep, audit: AuditServiceDep
) -> GrantService:
    """The service, in the request's unit of work."""
    return GrantService(settlement, CreditGrantRepository(session), audit)


GrantServiceDep = Annotated[GrantService, Depends(get_grant_service, scope="function")]
