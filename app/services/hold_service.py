"""Holds: credits that are reserved before work whose price is known only after it."""

from datetime import timedelta
from uuid import UUID

from app.core.charge import ChargeOrder
from app.core.exceptions import (
    ConflictError,
    HoldEndedError,
    InvalidFieldError,
    NotFoundError,
    NotTheHolderError,
)
from app.core.hold import HoldOrder
from app.core.identifiers import new_id
from app.core.principal import Principal
from app.core.scopes import Scope
from app.models import CreditHold, HoldState, LedgerKind
from app.repositories.base_repository import EntityPage
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.schemas.credit_hold import CreditHoldCreate
from app.schemas.page import PageParams
from app.services.credit_book import CreditBook
from app.services.settlement_service import SettlementService
from app.services.spending_service import SpendingService, is_free, require_same


class HoldService:
    """Reserves credits, and lets each hold end exactly once: settled, released or expired."""

    def __init__(
        self, holds: CreditHoldRepository, settlement: SettlementService, spending: SpendingService
    ) -> None:
        self._holds = holds
        self._settlement = settlement
        self._spending = spending

    async def create(self, draft: CreditHoldCreate, caller: Principal, *, request_id: str) -> CreditHold:
        """Reserve credits of the caller's organization, or as a service of another's.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
            InsufficientCreditsError: the balance or the key's cap does not cover it.
            ChargeIdReusedError: the charge id stands for something else.
            ConflictError: the caller's key never pays.
        """
        order = order_of(draft, caller, request_id)
        hold = await self.reserve(HoldOrder(order, draft.expires_in_seconds, caller.organization_id))
        if hold is None:
            message = "A test key never pays, so it reserves nothing."
            raise ConflictError(message)
        return hold

    async def reserve(self, wanted: HoldOrder) -> CreditHold | None:
        """Reserve what an order would take; the same charge id again is the same hold. None: it is free.

        Raises:
            NotFoundError: there is no such organization.
            InsufficientCreditsError: the balance or the key's cap does not cover it.
            ChargeIdReusedError: the charge id stands for something else.
        """
        order = wanted.order
        book = await self._settlement.open(order.organization_id)
        spending = await self._spending.find_spending(order)
        if is_free(order, spending):
            return None
        past = await self._spending.find_past_charge(order)
        if past is not None:
            require_same(past, order, holds=True)
            return await self._holds.find(past.hold_id) if past.hold_id else None
        entry = await self._spending.take(book, order, spending, kind=LedgerKind.HOLD, hold_id=new_id())
        hold = CreditHold(
            id=entry.hold_id,
            organization_id=order.organization_id,
            holder_id=wanted.holder_id,
            amount=order.cost,
            position=book.account.burned,
            expires_at=book.now + timedelta(seconds=wanted.expires_in_seconds),
            reason=order.reason,
            charge_id=order.charge_id,
            api_key_id=order.api_key_id,
            user_id=order.user_id,
            request_id=order.request_id,
            created_at=book.now,
        )
        await self._holds.save(hold)
        book.expect_change(hold.expires_at)
        await self._settlement.write(book)
        return hold

    async def get(self, hold_id: UUID, caller: Principal) -> CreditHold:
        """The hold as it is at this instant, if the caller pays for it or has made it.

        Raises:
            NotFoundError: there is none, or it is neither.
        """
        hold = await self._holds.get_visible(hold_id, caller.realm)
        await self._settlement.open(hold.organization_id)
        await self._holds.refresh(hold)
        return hold

    async def read_page(
        self, caller: Principal, params: PageParams, *, organization_id: UUID | None
    ) -> EntityPage[CreditHold]:
        """The holds that an organization pays for, at this instant; the caller's unless another is named.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        await self._settlement.open(chosen)
        return await self._holds.page_of(chosen, params)

    async def settle(self, hold_id: UUID, amount: int, *, holder_id: UUID | None) -> CreditHold:
        """Spend what the work took, and give the rest back; the same again answers the same.

        Raises:
            NotFoundError: there is no such hold of that holder's.
            HoldEndedError: it has ended otherwise.
            InvalidFieldError: it is less than that.
        """
        hold, book = await self._open(hold_id, holder_id)
        if hold.state == HoldState.SETTLED and hold.settled == amount:
            return hold
        require_open(hold)
        if amount > hold.amount:
            raise InvalidFieldError(
                "/amount", f"No more than the {hold.amount} credits held.", code="more_than_held"
            )
        if amount:
            entry = book.move(
                LedgerKind.SETTLE,
                amount,
                reason=hold.reason,
                position=hold.position - hold.amount + amount,
                charge_id=hold.charge_id,
                hold_id=hold.id,
                api_key_id=hold.api_key_id,
                user_id=hold.user_id,
            )
            hold.settled_entry_id = entry.id
        if amount < hold.amount:
            await self._settlement.release(book, hold, hold.amount - amount, at=book.now)
        hold.settled = amount
        return await self._end(hold, book, HoldState.SETTLED)

    async def release(self, hold_id: UUID, *, holder_id: UUID | None) -> CreditHold:
        """Give all of it back; the same again answers the same.

        Raises:
            NotFoundError: there is no such hold of that holder's.
            HoldEndedError: it has ended otherwise.
        """
        hold, book = await self._open(hold_id, holder_id)
        if hold.state == HoldState.RELEASED:
            return hold
        require_open(hold)
        await self._settlement.release(book, hold, hold.amount, at=book.now)
        return await self._end(hold, book, HoldState.RELEASED)

    async def require_holder(self, hold_id: UUID, caller: Principal) -> UUID:
        """The organization that has made this hold, if that is the caller's.

        Raises:
            NotFoundError: there is none that the caller pays for or has made.
            NotTheHolderError: the caller pays for it, but somebody else has made it.
        """
        hold = await self._holds.get_visible(hold_id, caller.organization_id)
        if hold.holder_id != caller.organization_id:
            raise NotTheHolderError
        return caller.organization_id

    async def _open(self, hold_id: UUID, holder_id: UUID | None) -> tuple[CreditHold, CreditBook]:
        hold = await self._holds.get(hold_id)
        if hold.holder_id != holder_id:
            raise NotFoundError(self._holds.noun)
        book = await self._settlement.open_settled(hold.organization_id)
        await self._holds.refresh(hold)
        return hold, book

    async def _end(self, hold: CreditHold, book: CreditBook, state: HoldState) -> CreditHold:
        hold.end(state, book.now)
        hold.available_after = book.account.available
        await self._holds.save(hold)
        await self._settlement.write(book)
        return hold


def order_of(draft: CreditHoldCreate, caller: Principal, request_id: str) -> ChargeOrder:
    """What a hold would take, and who pays for it.

    Raises:
        NotFoundError: it is another organization's, which the caller may not ask the gate about.
    """
    chosen = draft.organization_id or caller.organization_id
    if chosen == caller.organization_id:
        return ChargeOrder.by(
            caller,
            cost=draft.amount,
            reason=draft.reason,
            charge_id=draft.charge_id,
            request_id=request_id,
        )
    if not caller.has(Scope.GATE_VERIFY):
        noun = "organization"
        raise NotFoundError(noun)
    return ChargeOrder(chosen, draft.amount, draft.reason, draft.charge_id, request_id=request_id)


def require_open(hold: CreditHold) -> None:
    """Go on only if the hold has not ended.

    Raises:
        HoldEndedError: it has.
    """
    if hold.state != HoldState.OPEN:
        raise HoldEndedError(hold.state)
