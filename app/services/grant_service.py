"""Grants and adjustments: what an operator gives to an organization, and takes from it."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.exceptions import InsufficientCreditsError, InvalidFieldError
from app.core.grant_source import GrantSource
from app.core.principal import Principal
from app.models import CreditGrant, LedgerEntry, LedgerKind
from app.repositories.base_repository import EntityPage
from app.repositories.credit_grant_repository import CreditGrantRepository
from app.schemas.credit import CreditAdjustmentCreate, CreditGrantCreate
from app.schemas.fields import CREDITS_MAX
from app.schemas.page import PageParams
from app.services.audit_service import AuditService
from app.services.credit_book import CreditBook
from app.services.settlement_service import SettlementService

PRIORITY = 50
"""Of grants that do not say."""


class GrantService:
    """Gives credits, at once or from a later instant on, and corrects balances."""

    def __init__(
        self, settlement: SettlementService, grants: CreditGrantRepository, audit: AuditService
    ) -> None:
        self._settlement = settlement
        self._grants = grants
        self._audit = audit

    async def read_page(
        self, caller: Principal, params: PageParams, *, organization_id: UUID | None
    ) -> EntityPage[CreditGrant]:
        """The grants of an organization, settled to this instant; the caller's unless another is named.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        chosen = caller.choose_organization(organization_id)
        book = await self._settlement.open_settled(chosen)
        await self._settlement.write(book)
        return await self._grants.page_of(chosen, params)

    async def grant(
        self, draft: CreditGrantCreate, *, granted_by: UUID | None = None, request_id: str | None = None
    ) -> tuple[CreditGrant, LedgerEntry | None]:
        """Give credits to an organization; the entry is None while they have yet to enter its balance.

        Raises:
            NotFoundError: there is no such organization.
            InvalidFieldError: its balance would grow beyond what is exact, or the grant is over already.
        """
        book = await self._settlement.open_settled(draft.organization_id)
        await require_room(self._grants, book, draft.amount)
        if draft.expires_at is not None and draft.expires_at <= max(book.now, draft.effective_at or book.now):
            raise InvalidFieldError("/expires_at", "must be later than now and than effective_at")
        grant = drafted(draft, book)
        entry = None
        if grant.effective_at > book.now:
            await self._schedule(book, grant)
        else:
            entry = await self._enter(
                book, grant, LedgerKind.GRANT, user_id=granted_by, request_id=request_id
            )
        await self._tell(AuditAction.CREDITS_GRANTED, draft.organization_id, draft.amount, granted_by)
        return grant, entry

    async def adjust(
        self, draft: CreditAdjustmentCreate, *, adjusted_by: UUID, request_id: str | None = None
    ) -> LedgerEntry:
        """Correct a balance: a positive amount comes as a grant without end, a negative one is burned.

        Raises:
            NotFoundError: there is no such organization.
            InvalidFieldError: its balance would grow beyond what is exact.
            InsufficientCreditsError: less is available than is to be taken.
        """
        book = await self._settlement.open_settled(draft.organization_id)
        if draft.amount > 0:
            await require_room(self._grants, book, draft.amount)
            grant = lasting_grant(book, draft.amount, GrantSource.ADJUSTMENT, draft.reason)
            entry = await self._enter(
                book, grant, LedgerKind.ADJUST, user_id=adjusted_by, request_id=request_id
            )
        else:
            if book.account.available < -draft.amount:
                raise InsufficientCreditsError(required=-draft.amount, available=book.account.available)
            entry = book.move(
                LedgerKind.ADJUST,
                draft.amount,
                reason=draft.reason,
                user_id=adjusted_by,
                request_id=request_id,
            )
            await self._settlement.write(book)
        await self._tell(AuditAction.CREDITS_ADJUSTED, draft.organization_id, draft.amount, adjusted_by)
        return entry

    async def _enter(
        self,
        book: CreditBook,
        grant: CreditGrant,
        kind: LedgerKind,
        *,
        user_id: UUID | None,
        request_id: str | None,
    ) -> LedgerEntry:
        """Let the credits enter the balance now."""
        grant.entered_at = book.now
        await self._grants.save(grant)
        book.expect_change(grant.expires_at)
        entry = book.move(
            kind,
            grant.amount,
            reason=grant.reason,
            grant_id=grant.id,
            user_id=user_id,
            request_id=request_id,
        )
        await self._settlement.write(book)
        return entry

    async def _schedule(self, book: CreditBook, grant: CreditGrant) -> None:
        """Let the account wait for them: whoever looks first from their instant on lets them enter."""
        await self._grants.save(grant)
        book.expect_change(grant.effective_at)
        await self._settlement.write(book)

    async def _tell(
        self, action: AuditAction, organization_id: UUID, amount: int, actor_id: UUID | None
    ) -> None:
        await self._audit.record(
            action,
            actor_id=actor_id,
            organization_id=organization_id,
            target=f"organization:{organization_id}",
            details={"amount": amount},
        )


async def require_room(grants: CreditGrantRepository, book: CreditBook, credits: int) -> None:
    """Go on only if the balance can take them, after all that has yet to enter: nobody could refuse that.

    Raises:
        InvalidFieldError: it would grow beyond what is exact.
    """
    scheduled = await grants.sum_scheduled(book.account.organization_id)
    if book.account.balance + scheduled + credits > CREDITS_MAX:
        raise InvalidFieldError("/amount", "The balance would exceed 9e15 credits.", code="balance_too_large")


def drafted(draft: CreditGrantCreate, book: CreditBook) -> CreditGrant:
    """The grant that a draft means at this instant."""
    return CreditGrant(
        organization_id=draft.organization_id,
        amount=draft.amount,
        remaining=draft.amount,
        source=draft.source,
        priority=draft.priority,
        effective_at=draft.effective_at or book.now,
        expires_at=draft.expires_at,
        reason=draft.reason,
        created_at=book.now,
    )


def lasting_grant(book: CreditBook, credits: int, source: GrantSource, reason: str) -> CreditGrant:
    """A grant without end that enters now."""
    return CreditGrant(
        organization_id=book.account.organization_id,
        amount=credits,
        remaining=credits,
        source=source,
        priority=PRIORITY,
        effective_at=book.now,
        entered_at=book.now,
        reason=reason,
        created_at=book.now,
    )
