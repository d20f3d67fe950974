"""Refunds: each once, and what they come to together."""

from uuid import UUID

from sqlalchemy import func, select

from app.models import Refund
from app.repositories.base_repository import BaseRepository


class RefundRepository(BaseRepository[Refund]):
    """The refunds of organizations, written under the lock of their account."""

    model = Refund
    noun = "refund"

    async def find_used(self, organization_id: UUID, refund_id: str) -> Refund | None:
        """What a refund id stands for, or None."""
        query = select(Refund).where(Refund.organization_id == organization_id, Refund.refund_id == refund_id)
        return await self._session.scalar(query)

    async def sum_of(self, spent_entry_id: UUID) -> int:
        """What was given back so far of what an entry took."""
        query = select(func.coalesce(func.sum(Refund.amount), 0)).where(
            Refund.spent_entry_id == spent_entry_id
        )
        return int(await self._session.scalar(query) or 0)
