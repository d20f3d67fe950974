"""Refunds: what was spent comes back, to the grants it came from."""

from datetime import datetime
from uuid import UUID

from app.core.audit import AuditAction
from app.core.exceptions import InvalidFieldError, NotFoundError, RefundIdReusedError
from app.core.grant_source import GrantSource
from app.models import LedgerEntry, LedgerKind, Refund
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.charge_id_repository import ChargeIdRepository
from app.repositories.credit_grant_repository import CreditGrantRepository
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.repositories.refund_repository import RefundRepository
from app.schemas.credit_refund import CreditRefundCreate
from app.services.audit_service import AuditService
from app.services.credit_book import CreditBook
from app.services.grant_service import lasting_grant, require_room
from app.services.settlement_service import SettlementService


class SpentCredits:
    """Finds the ledger entry that a refund is about."""

    def __init__(
        self, ledger: LedgerEntryRepository, charge_ids: ChargeIdRepository, holds: CreditHoldRepository
    ) -> None:
        self._ledger = ledger
        self._charge_ids = charge_ids
        self._holds = holds

    async def get(self, draft: CreditRefundCreate) -> LedgerEntry:
        """The charge, or what was settled of a hold.

        Raises:
            InvalidFieldError: the draft does not name exactly one.
            NotFoundError: nothing was spent by that name.
        """
        if (draft.charge_id is None) == (draft.entry_id is None):
            raise InvalidFieldError("/charge_id", "must be given, or else entry_id, and not both")
        entry_id = draft.entry_id
        if draft.charge_id is not None:
            entry_id = await self._find_entry_id(draft.organization_id, draft.charge_id)
        entry = None if entry_id is None else await self._ledger.find_spent(draft.organization_id, entry_id)
        if entry is None:
            noun = "charge"
            raise NotFoundError(noun)
        return entry

    async def find_taking(self, entry: LedgerEntry) -> datetime:
        """When its credits were taken: those of a hold when it was made, not when it was settled."""
        hold = None if entry.hold_id is None else await self._holds.find(entry.hold_id)
        return entry.created_at if hold is None else hold.created_at

    async def _find_entry_id(self, organization_id: UUID, charge_id: str) -> UUID | None:
        past = await self._charge_ids.find_used(organization_id, charge_id)
        if past is None or past.hold_id is None:
            return None if past is None else past.entry_id
        hold = await self._holds.find(past.hold_id)
        return None if hold is None else hold.settled_entry_id


class RefundService:
    """Gives back what was spent: at most what it took in total, and once per refund id."""

    def __init__(
        self,
        settlement: SettlementService,
        spent: SpentCredits,
        refunds: RefundRepository,
        grants: CreditGrantRepository,
        keys: ApiKeyRepository,
        audit: AuditService,
    ) -> None:
        self._settlement = settlement
        self._spent = spent
        self._refunds = refunds
        self._grants = grants
        self._keys = keys
        self._audit = audit

    async def refund(
        self, draft: CreditRefundCreate, *, refunded_by: UUID, request_id: str | None = None
    ) -> Refund:
        """Give back a charge, or a part of it; the same refund id again answers the same.

        Raises:
            NotFoundError: there is no such organization, or nothing was spent by that name.
            RefundIdReusedError: the refund id stands for another refund.
            InvalidFieldError: more than was taken, or than the balance has room for.
        """
        book = await self._settlement.open_settled(draft.organization_id)
        spent = await self._spent.get(draft)
        past = await self._refunds.find_used(draft.organization_id, draft.refund_id)
        if past is not None:
            return require_same(past, spent, draft)
        refunded = await self._refunds.sum_of(spent.id)
        amount = refundable(draft, rest=spent.moved - refunded)
        await require_room(self._grants, book, amount)
        entry = book.move(
            LedgerKind.REFUND,
            amount,
            reason=draft.reason,
            charge_id=spent.charge_id,
            hold_id=spent.hold_id,
            api_key_id=spent.api_key_id,
            user_id=refunded_by,
            request_id=request_id,
        )
        await self._return(book, spent, refunded, amount)
        refund = await self._refunds.save(refund_of(draft, book, spent, entry))
        await self._settlement.write(book)
        await self._audit.record(
            AuditAction.CREDITS_REFUNDED,
            actor_id=refunded_by,
            organization_id=draft.organization_id,
            target=f"organization:{draft.organization_id}",
            details={"amount": amount},
        )
        return refund

    async def _return(self, book: CreditBook, spent: LedgerEntry, refunded: int, amount: int) -> None:
        """Give the last credits that were burned and not refunded back to their grants, and to the key's cap.

        What came from a grant that has expired comes back without end: it was paid for, and is owed.
        """
        if spent.api_key_id is not None:
            taken_at = await self._spent.find_taking(spent)
            await self._keys.give_back(spent.api_key_id, amount, taken_at=taken_at)
        owed = amount
        if spent.position is not None:
            end = spent.position - refunded
            for origin in await self._settlement.find_origins(book, end - amount, end):
                owed -= origin.credits
                if not self._settlement.return_to_grant(book, origin, book.now):
                    grant = origin.grant
                    await self._grants.save(lasting_grant(book, origin.credits, grant.source, grant.reason))
        if owed:
            # Spent before it was written down which grants were burned.
            await self._grants.save(lasting_grant(book, owed, GrantSource.ADJUSTMENT, "Refund"))


def refund_of(draft: CreditRefundCreate, book: CreditBook, spent: LedgerEntry, entry: LedgerEntry) -> Refund:
    """The refund that an entry was written for."""
    return Refund(
        organization_id=draft.organization_id,
        refund_id=draft.refund_id,
        spent_entry_id=spent.id,
        asked_amount=draft.amount,
        amount=entry.moved,
        available_after=book.account.available,
        entry_id=entry.id,
        created_at=book.now,
    )


def refundable(draft: CreditRefundCreate, *, rest: int) -> int:
    """How many credits a draft gives back, of those that have not been.

    Raises:
        InvalidFieldError: more than there are.
    """
    amount = draft.amount or rest
    if not 0 < amount <= rest:
        raise InvalidFieldError("/amount", f"Only {rest} credits can be refunded.", code="more_than_charged")
    return amount


def require_same(past: Refund, spent: LedgerEntry, draft: CreditRefundCreate) -> Refund:
    """The refund of that time, if the draft asks for it again.

    Raises:
        RefundIdReusedError: it asks for another.
    """
    if (past.spent_entry_id, past.asked_amount) != (spent.id, draft.amount):
        raise RefundIdReusedError
    return past
