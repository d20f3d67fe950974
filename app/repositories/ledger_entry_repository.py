"""The ledger: appended to and read, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text

from app.models import CreditAccount, LedgerAccount, LedgerEntry
from app.repositories.base_repository import BaseRepository
from app.schemas.page import CursorParams, encode_cursor

# One statement is one snapshot: what is charged meanwhile never looks like drift. The window reads the unique
# index (organization_id, sequence), so nothing is sorted.
DRIFTS = text(
    """
    SELECT a.organization_id, a.available, a.last_sequence, COALESCE(l.total, 0)::bigint AS total,
           COALESCE(l.entries, 0) AS entries, COALESCE(l.wrong, 0) AS wrong_entries
    FROM credit_accounts a
    LEFT JOIN (
        SELECT e.organization_id, sum(e.amount) AS total, count(*) AS entries,
               count(*) FILTER (WHERE e.balance_after <> e.running OR e.sequence <> e.position) AS wrong
        FROM (
            SELECT organization_id, amount, balance_after, sequence, sum(amount) OVER w AS running,
                   row_number() OVER w AS position
            FROM ledger_entries
            WINDOW w AS (PARTITION BY organization_id ORDER BY sequence)
        ) e
        GROUP BY e.organization_id
    ) l ON l.organization_id = a.organization_id
    WHERE a.available <> COALESCE(l.total, 0) OR a.last_sequence <> COALESCE(l.entries, 0) OR l.wrong > 0
    ORDER BY a.organization_id
    """
)


@dataclass(frozen=True, slots=True)
class LedgerDrift:
    """An organization whose balance and ledger contradict each other."""

    organization_id: UUID
    available: int
    last_sequence: int
    total: int
    """The sum of the entries: must be what is available."""
    entries: int
    """How many there are: must be the last sequence."""
    wrong_entries: int
    """Entries whose running balance or place in the sequence is not what those before them make it."""


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

    async def count_all(self) -> tuple[int, int]:
        """How many accounts and how many entries there are."""
        accounts = await self._session.scalar(select(func.count()).select_from(CreditAccount))
        entries = await self._session.scalar(select(func.count()).select_from(LedgerEntry))
        return accounts or 0, entries or 0

    async def find_drifts(self) -> list[LedgerDrift]:
        """Every organization whose ledger does not prove its balance; reads the whole ledger."""
        return [LedgerDrift(**row) for row in (await self._session.execute(DRIFTS)).mappings()]
