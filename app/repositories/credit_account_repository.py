"""Balances: read as they are, and locked to be moved."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.core.exceptions import NotFoundError
from app.models import CreditAccount
from app.repositories.base_repository import BaseRepository


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account says, if it need not be settled first."""

    available: int
    held: int
    is_due: bool
    """Whether a grant or a hold has changed since: the figures are not true any more."""


class CreditAccountRepository(BaseRepository[CreditAccount]):
    """The one row per organization that its charges lock, always before any other row."""

    model = CreditAccount
    noun = "organization"

    async def get_balance(self, organization_id: UUID) -> Balance:
        """What the account says now.

        Raises:
            NotFoundError: there is no such organization.
        """
        is_due = func.coalesce(CreditAccount.next_change_at <= func.clock_timestamp(), False)
        query = select(CreditAccount.available, CreditAccount.held, is_due).where(
            CreditAccount.organization_id == organization_id
        )
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError(self.noun)
        return Balance(*row)

    async def lock(self, organization_id: UUID) -> CreditAccount:
        """The account, which nobody else moves until this transaction ends.

        Raises:
            NotFoundError: there is no such organization.
        """
        query = select(CreditAccount).where(CreditAccount.organization_id == organization_id)
        # What was read before the lock is not what it says now.
        query = query.with_for_update().execution_options(populate_existing=True)
        return self._required(await self._session.scalar(query))

    async def try_lock(self, organization_id: UUID) -> bool:
        """Lock the account if nobody else keeps it; whether that went well."""
        query = select(CreditAccount.organization_id).where(CreditAccount.organization_id == organization_id)
        return await self._session.scalar(query.with_for_update(skip_locked=True)) is not None

    async def read_clock(self) -> datetime:
        """The database's time: asked under the lock, so that entries are in the order of their times."""
        now: datetime = (await self._session.execute(select(func.clock_timestamp()))).scalar_one()
        return now
