"""Balances: read, locked, and moved by conditional updates."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from app.core.exceptions import NotFoundError
from app.models import CreditAccount
from app.repositories.base_repository import BaseRepository
from app.schemas.fields import CREDITS_MAX


@dataclass(frozen=True, slots=True)
class Movement:
    """The account after a movement of its credits: what its ledger entry has to say."""

    sequence: int
    available: int
    balance: int
    burned: int


class CreditAccountRepository(BaseRepository[CreditAccount]):
    """The one row per organization that its charges lock, always before any other row."""

    model = CreditAccount
    noun = "organization"

    async def get_available(self, organization_id: UUID) -> int:
        """The credits an organization can spend now.

        Raises:
            NotFoundError: there is no such organization.
        """
        query = select(CreditAccount.available).where(CreditAccount.organization_id == organization_id)
        return self._known(await self._session.scalar(query))

    async def lock(self, organization_id: UUID) -> int:
        """Keep all others from moving these credits until this transaction ends; the credits available.

        Raises:
            NotFoundError: there is no such organization.
        """
        query = select(CreditAccount.available).where(CreditAccount.organization_id == organization_id)
        return self._known(await self._session.scalar(query.with_for_update()))

    async def debit(self, organization_id: UUID, amount: int) -> Movement | None:
        """Take credits if the balance covers them; None if it does not."""
        return await self._move(organization_id, -amount, burned=amount)

    async def credit(self, organization_id: UUID, amount: int) -> Movement | None:
        """Give credits if the balance has room for them; None if it has not."""
        return await self._move(organization_id, amount, burned=0)

    async def _move(self, organization_id: UUID, amount: int, *, burned: int) -> Movement | None:
        statement = (
            update(CreditAccount)
            .where(
                CreditAccount.organization_id == organization_id,
                CreditAccount.available + amount >= 0,
                CreditAccount.available + CreditAccount.held + amount <= CREDITS_MAX,
            )
            .values(
                available=CreditAccount.available + amount,
                burned=CreditAccount.burned + burned,
                last_sequence=CreditAccount.last_sequence + 1,
            )
            # Columns, not the entity: one that is loaded already would stay stale.
            .returning(
                CreditAccount.last_sequence, CreditAccount.available, CreditAccount.held, CreditAccount.burned
            )
            .execution_options(synchronize_session=False)
        )
        row = (await self._session.execute(statement)).one_or_none()
        if row is None:
            return None
        return Movement(row.last_sequence, row.available, row.available + row.held, row.burned)

    def _known(self, available: int | None) -> int:
        if available is None:
            raise NotFoundError(self.noun)
        return available
