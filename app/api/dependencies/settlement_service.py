"""The service that opens accounts as they are now."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.api.dependencies.session import SessionDep
from app.core.database import transaction
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.credit_event_repository import CreditEventRepository
from app.repositories.credit_grant_repository import CreditGrantRepository
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.services.admission_service import Settle
from app.services.settlement_service import SettlementService


def build_settlement(session: AsyncSession) -> SettlementService:
    """The service, in the session's unit of work."""
    return SettlementService(
        CreditAccountRepository(session),
        CreditGrantRepository(session),
        CreditHoldRepository(session),
        LedgerEntryRepository(session),
        CreditEventRepository(session),
        ApiKeyRepository(session),
    )


async def get_settlement_service(session: SessionDep) -> SettlementService:
    """The service, in the request's unit of work."""
    return build_settlement(session)


def build_settle(engine: AsyncEngine) -> Settle:
    """How the gate settles accounts: each in a transaction of its own, so that none waits for another.

    Nor for whoever keeps one of them: those are told.
    """

    async def settle(organization_ids: Collection[UUID]) -> set[UUID]:
        kept = set()
        for organization_id in organization_ids:
            async with transaction(engine) as session:
                if await CreditAccountRepository(session).try_lock(organization_id):
                    await build_settlement(session).open(organization_id)
                else:
                    kept.add(organization_id)
        return kept

    return settle


SettlementServiceDep = Annotated[SettlementService, Depends(get_settlement_service, scope="function")]
