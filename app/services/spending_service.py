"""Spending: what a call takes from an organization's credits, for good or as a hold."""

from uuid import UUID

from app.core.charge import ChargeOrder, ChargeOutcome
from app.core.exceptions import ChargeIdReusedError, InsufficientCreditsError
from app.models import ChargeId, LedgerEntry, LedgerKind
from app.repositories.api_key_repository import ApiKeyRepository, KeySpending
from app.repositories.charge_id_repository import ChargeIdRepository
from app.services.credit_book import CreditBook


class SpendingService:
    """Takes credits from an account that is locked: within the balance, the key's cap and the charge id."""

    def __init__(self, charge_ids: ChargeIdRepository, keys: ApiKeyRepository) -> None:
        self._charge_ids = charge_ids
        self._keys = keys

    async def find_spending(self, order: ChargeOrder) -> KeySpending | None:
        """What the key that pays may still spend; None if no key pays."""
        return None if order.api_key_id is None else await self._keys.find_spending(order.api_key_id)

    async def find_past_charge(self, order: ChargeOrder) -> ChargeId | None:
        """What the order's charge id stands for already, or None."""
        if order.charge_id is None:
            return None
        return await self._charge_ids.find_used(order.organization_id, order.charge_id)

    async def take(
        self,
        book: CreditBook,
        order: ChargeOrder,
        spending: KeySpending | None,
        *,
        kind: LedgerKind = LedgerKind.CHARGE,
        hold_id: UUID | None = None,
    ) -> LedgerEntry:
        """Take the credits; every refusal comes before the first change.

        Raises:
            InsufficientCreditsError: the balance or the key's cap does not cover it.
        """
        require_covered(order, book.account.available)
        if spending is not None and spending.left is not None:
            require_covered(order, spending.left)
            if not await self._keys.spend(spending.api_key_id, order.cost):
                raise InsufficientCreditsError(required=order.cost, available=spending.left)
        entry = book.move(
            kind,
            order.cost,
            reason=order.reason,
            charge_id=order.charge_id,
            hold_id=hold_id,
            api_key_id=order.api_key_id,
            user_id=order.user_id,
            request_id=order.request_id,
        )
        if order.charge_id is not None:
            await self._charge_ids.save(stand_for(entry, order.charge_id, book.account.available))
        return entry


def is_free(order: ChargeOrder, spending: KeySpending | None) -> bool:
    """Whether nothing is to be paid: test keys never charge."""
    return order.cost == 0 or (spending is not None and spending.is_test)


def require_covered(order: ChargeOrder, available: int) -> None:
    """Go on only if the credits suffice.

    Raises:
        InsufficientCreditsError: they do not.
    """
    if available < order.cost:
        raise InsufficientCreditsError(required=order.cost, available=available)


def require_same(past: ChargeId, order: ChargeOrder, *, holds: bool) -> None:
    """Go on only if the charge id stands for this very order.

    Raises:
        ChargeIdReusedError: it stands for another.
    """
    before = past.api_key_id, past.user_id, past.cost, past.hold_id is not None
    if before != (order.api_key_id, order.user_id, order.cost, holds):
        raise ChargeIdReusedError


def stand_for(entry: LedgerEntry, charge_id: str, available: int) -> ChargeId:
    """What the charge id of an entry stands for from now on."""
    return ChargeId(
        organization_id=entry.organization_id,
        charge_id=charge_id,
        api_key_id=entry.api_key_id,
        user_id=entry.user_id,
        cost=entry.moved,
        available_after=available,
        entry_id=entry.id,
        hold_id=entry.hold_id,
        created_at=entry.created_at,
    )


def replay_of(past: ChargeId) -> ChargeOutcome:
    """The figures of a charge that was taken before."""
    return ChargeOutcome(charged=past.cost, remaining=past.available_after, replayed=True)
