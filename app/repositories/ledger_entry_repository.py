"""The ledger: appended to and read, never changed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.models import LedgerAccount, LedgerEntry
from app.repositories.base_repository import BaseRepository
from app.repositories.entity_stretch import EntityStretch
from app.schemas.page import CursorParams


class LedgerEntryRepository(BaseRepository[LedgerEntry]):
    """The movements of an organization's credits."""

    model = LedgerEntry
    noun = "ledger entry"

    async def append(self, entries: Sequence[LedgerEntry]) -> None:
        """Write entries, together with the account that they moved."""
        self._session.add_all(entries)
        await self._flush()

    async def find_spent(self, organization_id: UUID, entry_id: UUID) -> LedgerEntry | None:
        """What was spent by this entry, or None if it is another's or no such entry."""
        query = select(LedgerEntry).where(
            LedgerEntry.id == entry_id,
            LedgerEntry.organization_id == organization_id,
            LedgerEntry.to_account == LedgerAccount.SPENT,
        )
        return await self._session.scalar(query)

    async def read_newest_first(
        self, organization_id: UUID, params: CursorParams
    ) -> EntityStretch[LedgerEntry]:
        """The organization's entries before the cursor."""
        query = select(LedgerEntry).where(LedgerEntry.organization_id == organization_id)
        if params.cursor is not None:
            query = query.where(LedgerEntry.sequence < params.cursor)
        query = query.order_by(LedgerEntry.sequence.desc()).limit(params.size + 1)
        found = (await self._session.scalars(query)).all()
        return EntityStretch.of(found, size=params.size, place=lambda entry: entry.sequence)
