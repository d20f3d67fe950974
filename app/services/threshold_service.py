"""Thresholds: the balances at which an organization wants to be told, and when that was."""

from collections.abc import Sequence
from uuid import UUID

from app.core.audit import AuditAction
from app.core.principal import Principal
from app.models import CreditEvent
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.credit_event_repository import CreditEventRepository
from app.repositories.entity_stretch import EntityStretch
from app.schemas.credit_event import CreditThresholdsResponse
from app.schemas.page import CursorParams
from app.services.audit_service import AuditService
from app.services.settlement_service import SettlementService


class ThresholdService:
    """Sets and shows thresholds, and reads the events of those that were fallen to."""

    def __init__(
        self,
        accounts: CreditAccountRepository,
        events: CreditEventRepository,
        settlement: SettlementService,
        audit: AuditService,
    ) -> None:
        self._accounts = accounts
        self._events = events
        self._settlement = settlement
        self._audit = audit

    async def get(self, caller: Principal, *, organization_id: UUID | None) -> CreditThresholdsResponse:
        """The thresholds of an organization, the caller's unless another is named.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        account = await self._accounts.get(chosen)
        return CreditThresholdsResponse(organization_id=chosen, thresholds=account.thresholds or [])

    async def replace(
        self, thresholds: Sequence[int], caller: Principal, *, organization_id: UUID | None
    ) -> CreditThresholdsResponse:
        """Tell at these balances and no others, from the very next movement on.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        # Under the lock, settled: whatever has happened by now was told by the thresholds of before.
        account = (await self._settlement.open(chosen)).account
        account.thresholds = sorted(set(thresholds)) or None
        await self._accounts.save(account)
        await self._audit.record(
            AuditAction.CREDIT_THRESHOLDS_CHANGED,
            organization_id=chosen,
            target=f"organization:{chosen}",
            details={"thresholds": ", ".join(map(str, account.thresholds or ()))},
        )
        return CreditThresholdsResponse(organization_id=chosen, thresholds=account.thresholds or [])

    async def read_events(
        self, caller: Principal, params: CursorParams, *, organization_id: UUID | None
    ) -> EntityStretch[CreditEvent]:
        """A stretch of an organization's events up to this instant, newest first.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        if (await self._accounts.get_balance(chosen)).is_due:
            await self._settlement.open(chosen)
        return await self._events.read_newest_first(chosen, params)
