"""The ledger: appended to and read, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.models import LedgerAccount, LedgerEntry
from app.repositories.base_repository import BaseRepository
from app.schemas.page import CursorParams, encode_cursor


@dataclass(frozen=True, slots=True)
class LedgerStretch:
    """Some entries, newest first, and where to read on; `CursorPage[X].model_validate` reads it."""

    items: Sequence[LedgerEntry]
    next_cursor: str | None


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

    async def read_newest_first(self, organization_id: UUID, params: CursorParams) -> LedgerStretch:
        """The organization's entries before the cursor."""
        query = select(LedgerEntry).where(LedgerEntry.organization_id == organization_id)
        if params.cursor is not None:
            query = query.where(LedgerEntry.sequence < params.cursor)
        # One more than asked for tells whether there is more.
        query = query.order_by(LedgerEntry.sequence.desc()).limit(params.size + 1)
        entries = (await self._session.scalars(query)).all()
        items = entries[: params.size]
        more = len(entries) > params.size
        return LedgerStretch(items, encode_cursor(items[-1].sequence) if more else None)
