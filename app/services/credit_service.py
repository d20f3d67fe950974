"""Credits: what an organization has, and what its calls take."""

from uuid import UUID

from app.core.charge import ChargeOrder, ChargeOutcome
from app.core.principal import Principal
from app.models import LedgerEntry
from app.repositories.api_key_repository import KeySpending
from app.repositories.credit_account_repository import Balance, CreditAccountRepository
from app.repositories.entity_stretch import EntityStretch
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.schemas.credit import CreditResponse
from app.schemas.page import CursorParams
from app.services.credit_book import CreditBook
from app.services.settlement_service import SettlementService
from app.services.spending_service import (
    SpendingService,
    is_free,
    replay_of,
    require_covered,
    require_same,
)


class CreditService:
    """Shows balances and ledgers as they are at this instant, and charges: never below zero."""

    def __init__(
        self,
        accounts: CreditAccountRepository,
        ledger: LedgerEntryRepository,
        settlement: SettlementService,
        spending: SpendingService,
    ) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._settlement = settlement
        self._spending = spending

    async def get_balance(self, caller: Principal, *, organization_id: UUID | None) -> CreditResponse:
        """The balance of an organization, the caller's unless another is named.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        balance = await self._balance(chosen)
        return CreditResponse(organization_id=chosen, available=balance.available, held=balance.held)

    async def read_ledger(
        self, caller: Principal, params: CursorParams, *, organization_id: UUID | None
    ) -> EntityStretch[LedgerEntry]:
        """A stretch of an organization's ledger, newest first; the caller's unless another is named.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        await self._balance(chosen)
        return await self._ledger.read_newest_first(chosen, params)

    async def require_affordable(self, order: ChargeOrder) -> None:
        """Refuse early what could not be paid now; nothing is promised, taken or locked.

        Raises:
            InsufficientCreditsError: the balance or the key's cap does not cover it.
        """
        spending = await self._spending.find_spending(order)
        if is_free(order, spending) or await self._spending.find_past_charge(order) is not None:
            return
        balance = await self._accounts.get_balance(order.organization_id)
        if not balance.is_due:
            # What is due is settled when it is charged: a lock now would be held while the work is done.
            require_covered(order, balance.available)
        if spending is not None and spending.left is not None:
            require_covered(order, spending.left)

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        """Take the credits, or nothing: the same charge id by the same payer at the same cost is free.

        Raises:
            InsufficientCreditsError: the balance or the key's cap does not cover it.
            ChargeIdReusedError: the charge id stands for another charge.
        """
        book = await self._settlement.open(order.organization_id)
        spending = await self._spending.find_spending(order)
        if is_free(order, spending):
            return ChargeOutcome(charged=0, remaining=book.account.available)
        past = await self._spending.find_past_charge(order)
        if past is None:
            return await self._take(book, order, spending)
        require_same(past, order, holds=False)
        return replay_of(past)

    async def charge_once(self, order: ChargeOrder) -> ChargeOutcome:
        """Take the credits unless this charge id was charged before, by whomever and at whatever cost.

        Raises:
            InsufficientCreditsError: the balance or the key's cap does not cover it.
        """
        book = await self._settlement.open(order.organization_id)
        spending = await self._spending.find_spending(order)
        if is_free(order, spending):
            return ChargeOutcome(charged=0, remaining=book.account.available)
        past = await self._spending.find_past_charge(order)
        return await self._take(book, order, spending) if past is None else replay_of(past)

    async def _take(
        self, book: CreditBook, order: ChargeOrder, spending: KeySpending | None
    ) -> ChargeOutcome:
        await self._spending.take(book, order, spending)
        await self._settlement.write(book)
        return ChargeOutcome(charged=order.cost, remaining=book.account.available)

    async def _balance(self, organization_id: UUID) -> Balance:
        """What there is at this instant: an account that is due is settled first."""
        balance = await self._accounts.get_balance(organization_id)
        if not balance.is_due:
            return balance
        account = (await self._settlement.open(organization_id)).account
        return Balance(account.available, account.held, is_due=False)
