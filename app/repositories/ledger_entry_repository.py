"""The ledger: appended to and read, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.models import LedgerEntry
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

    async def find_by_charge_id(self, organization_id: UUID, charge_id: str) -> LedgerEntry | None:
        """The entry that a charge id stands for, or None."""
        query = select(LedgerEntry).where(
            LedgerEntry.organization_id == organization_id, LedgerEntry.charge_id == charge_id
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
