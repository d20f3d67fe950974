"""Credits: what an organization has, and how it comes and goes."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.charge import ChargeOrder, ChargeOutcome
from app.core.exceptions import ChargeIdReusedError, InsufficientCreditsError, InvalidFieldError
from app.core.principal import Principal
from app.models import ChargeId, LedgerEntry, LedgerKind
from app.repositories.api_key_repository import ApiKeyRepository, KeySpending
from app.repositories.charge_id_repository import ChargeIdRepository
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository, LedgerStretch
from app.schemas.credit import CreditGrantCreate, CreditResponse
from app.schemas.page import CursorParams
from app.services.audit_service import AuditService


class CreditService:
    """Shows balances and ledgers, and moves credits: never below zero, never without an entry."""

    def __init__(
        self,
        accounts: CreditAccountRepository,
        ledger: LedgerEntryRepository,
        charge_ids: ChargeIdRepository,
        keys: ApiKeyRepository,
        audit: AuditService,
    ) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._charge_ids = charge_ids
        self._keys = keys
        self._audit = audit

    async def get_balance(self, caller: Principal, *, organization_id: UUID | None) -> CreditResponse:
        """The balance of an organization, the caller's unless another is named.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        return CreditResponse(organization_id=chosen, available=await self._accounts.get_available(chosen))

    async def read_ledger(
        self, caller: Principal, params: CursorParams, *, organization_id: UUID | None
    ) -> LedgerStretch:
        """A stretch of an organization's ledger, newest first; the caller's unless another is named.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        await self._accounts.get_available(chosen)
        return await self._ledger.read_newest_first(chosen, params)

    async def grant(
        self, draft: CreditGrantCreate, *, granted_by: UUID | None = None, request_id: str | None = None
    ) -> LedgerEntry:
        """Give credits to an organization.

        Raises:
            NotFoundError: there is no such organization.
            InvalidFieldError: its balance would grow beyond what is exact.
        """
        await self._accounts.lock(draft.organization_id)
        movement = await self._accounts.credit(draft.organization_id, draft.amount)
        if movement is None:
            raise InvalidFieldError(
                "/amount", "The balance would exceed 9e15 credits.", code="balance_too_large"
            )
        entry = LedgerEntry(
            organization_id=draft.organization_id,
            sequence=movement.sequence,
            kind=LedgerKind.GRANT,
            amount=draft.amount,
            balance_after=movement.balance,
            moved=draft.amount,
            reason=draft.reason,
            user_id=granted_by,
            request_id=request_id,
        )
        await self._ledger.save(entry)
        await self._audit.record(
            AuditAction.CREDITS_GRANTED,
            actor_id=granted_by,
            organization_id=draft.organization_id,
            target=f"organization:{draft.organization_id}",
            details={"amount": draft.amount},
        )
        return entry

    async def require_affordable(self, order: ChargeOrder) -> None:
        """Refuse early what could not be paid now; nothing is promised, taken or locked.

        Raises:
            InsufficientCreditsError: the balance or the key's cap does not cover it.
        """
        spending = await self._find_spending(order)
        if is_free(order, spending) or await self._find_past_charge(order) is not None:
            return
        require_covered(order, await self._accounts.get_available(order.organization_id))
        if spending is not None and spending.left is not None:
            require_covered(order, spending.left)

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        """Take the credits, or nothing: the same charge id by the same payer at the same cost is free.

        Raises:
            InsufficientCreditsError: the balance or the key's cap does not cover it.
            ChargeIdReusedError: the charge id stands for another charge.
        """
        available = await self._accounts.lock(order.organization_id)
        spending = await self._find_spending(order)
        if is_free(order, spending):
            return ChargeOutcome(charged=0, remaining=available)
        past = await self._find_past_charge(order)
        if past is None:
            return await self._take(order, available, spending)
        if (past.api_key_id, past.user_id, past.cost) != (order.api_key_id, order.user_id, order.cost):
            raise ChargeIdReusedError
        return replay_of(past)

    async def charge_once(self, order: ChargeOrder) -> ChargeOutcome:
        """Take the credits unless this charge id was charged before, by whomever and at whatever cost.

        Raises:
            InsufficientCreditsError: the balance or the key's cap does not cover it.
        """
        available = await self._accounts.lock(order.organization_id)
        spending = await self._find_spending(order)
        if is_free(order, spending):
            return ChargeOutcome(charged=0, remaining=available)
        past = await self._find_past_charge(order)
        return await self._take(order, available, spending) if past is None else replay_of(past)

    async def _take(self, order: ChargeOrder, available: int, spending: KeySpending | None) -> ChargeOutcome:
        """Charge under the account's lock: every refusal comes before the first write."""
        require_covered(order, available)
        if spending is not None and spending.left is not None:
            require_covered(order, spending.left)
            if not await self._keys.spend(spending.api_key_id, order.cost):
                raise InsufficientCreditsError(required=order.cost, available=spending.left)
        movement = await self._accounts.debit(order.organization_id, order.cost)
        if movement is None:
            raise InsufficientCreditsError(required=order.cost, available=available)
        entry = LedgerEntry(
            organization_id=order.organization_id,
            sequence=movement.sequence,
            kind=LedgerKind.CHARGE,
            amount=-order.cost,
            balance_after=movement.balance,
            moved=order.cost,
            position=movement.burned,
            reason=order.reason,
            charge_id=order.charge_id,
            api_key_id=order.api_key_id,
            user_id=order.user_id,
            request_id=order.request_id,
        )
        await self._ledger.save(entry)
        if order.charge_id is not None:
            await self._charge_ids.save(stand_for(entry, order.charge_id, movement.available))
        return ChargeOutcome(charged=order.cost, remaining=movement.available)

    async def _find_spending(self, order: ChargeOrder) -> KeySpending | None:
        return None if order.api_key_id is None else await self._keys.find_spending(order.api_key_id)

    async def _find_past_charge(self, order: ChargeOrder) -> ChargeId | None:
        if order.charge_id is None:
            return None
        return await self._charge_ids.find_used(order.organization_id, order.charge_id)


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


def stand_for(entry: LedgerEntry, charge_id: str, available: int) -> ChargeId:
    """What the charge id of a charge's entry stands for from now on."""
    return ChargeId(
        organization_id=entry.organization_id,
        charge_id=charge_id,
        api_key_id=entry.api_key_id,
        user_id=entry.user_id,
        cost=entry.moved,
        available_after=available,
        entry_id=entry.id,
    )


def replay_of(past: ChargeId) -> ChargeOutcome:
    """The figures of a charge that was taken before."""
    return ChargeOutcome(charged=past.cost, remaining=past.available_after, replayed=True)
