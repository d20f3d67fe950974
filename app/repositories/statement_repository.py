"""A ledger as a whole: where it stood at an instant, and what lies between two."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import transaction
from app.models import CarriedBalance, CreditHold, LedgerEntry
from app.schemas.credit_statement import MovementSum

HOLD_SECONDS_MAX = 86_400
"""No hold lasts longer."""

# Entries are numbered in the order of their instants, so the last one up to an instant is found by halving:
# two dozen look-ups by the key among ten million, and no index by time that every charge would have to write.
# Months are ordered likewise: what lies before this one is found by its last entry, and looked at no more.
LAST_UP_TO = text(
    """
    WITH RECURSIVE beginning (month) AS (
        SELECT date_trunc('month', CAST(:at AS timestamptz), 'UTC')
    ), search (low, high) AS (
        SELECT COALESCE(
                   (SELECT max(e.sequence) FROM ledger_entries e
                    WHERE e.organization_id = :organization_id AND e.created_at < b.month),
                   (SELECT sequence FROM carried_balances WHERE organization_id = :organization_id),
                   0
               ), a.last_sequence
        FROM credit_accounts a, beginning b WHERE a.organization_id = :organization_id
        UNION ALL
        SELECT CASE WHEN e.sequence IS NULL THEN s.low ELSE m.middle END,
               CASE WHEN e.sequence IS NULL THEN m.middle - 1 ELSE s.high END
        FROM search s
        CROSS JOIN beginning b
        CROSS JOIN LATERAL (SELECT (s.low + s.high + 1) / 2 AS middle) m
        LEFT JOIN ledger_entries e ON e.organization_id = :organization_id AND e.sequence = m.middle
            AND e.created_at >= b.month AND e.created_at <= :at
        WHERE s.low < s.high
    )
    SELECT s.low, COALESCE(e.balance_after, c.available + c.held, 0)
    FROM search s
    LEFT JOIN ledger_entries e ON e.organization_id = :organization_id AND e.sequence = s.low
        AND e.created_at <= :at
    LEFT JOIN carried_balances c ON c.organization_id = :organization_id AND c.sequence = s.low
    WHERE s.low >= s.high
    """
)


class StatementRepository:
    """Asks the ledger and the holds; an account that is due must be settled before."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_beginning(self, organization_id: UUID) -> datetime | None:
        """From which instant on entries are kept; None: from the first one on."""
        query = select(CarriedBalance.before).where(CarriedBalance.organization_id == organization_id)
        return await self._session.scalar(query)

    async def read_balance(self, organization_id: UUID, at: datetime) -> tuple[int, int]:
        """The last entry's sequence up to an instant, and the balance after it; zeros when there was none."""
        row = (await self._session.execute(LAST_UP_TO, {"organization_id": organization_id, "at": at})).one()
        return row[0], row[1]

    async def sum_held(self, organization_id: UUID, at: datetime) -> int:
        """What was reserved at an instant."""
        held = select(func.coalesce(func.sum(CreditHold.amount), 0)).where(
            CreditHold.organization_id == organization_id,
            CreditHold.id >= first_id_of(at, seconds_before=HOLD_SECONDS_MAX + 3_600),
            CreditHold.created_at <= at,
            or_(CreditHold.ended_at.is_(None), CreditHold.ended_at > at),
        )
        return int((await self._session.execute(held)).scalar_one())

    async def sum_by_kind(self, organization_id: UUID, *, after: int, up_to: int) -> list[MovementSum]:
        """What the entries after one and up to another did, by their kinds."""
        amount, moved = func.sum(LedgerEntry.amount), func.sum(LedgerEntry.moved)
        sums = (
            select(LedgerEntry.kind, func.count(), amount, moved)
            .where(
                LedgerEntry.organization_id == organization_id,
                LedgerEntry.sequence > after,
                LedgerEntry.sequence <= up_to,
            )
            .group_by(LedgerEntry.kind)
            .order_by(LedgerEntry.kind)
        )
        return [
            MovementSum(kind=kind, entries=entries, amount=int(amount), moved=int(moved))
            for kind, entries, amount, moved in await self._session.execute(sums)
        ]

    async def read_before(
        self, organization_id: UUID, *, before: int | None, size: int
    ) -> Sequence[LedgerEntry]:
        """Entries before one, newest first."""
        query = select(LedgerEntry).where(LedgerEntry.organization_id == organization_id)
        if before is not None:
            query = query.where(LedgerEntry.sequence < before)
        return (await self._session.scalars(query.order_by(LedgerEntry.sequence.desc()).limit(size))).all()


def first_id_of(instant: datetime, *, seconds_before: int) -> UUID:
    """The lowest UUIDv7 of the millisecond so long before."""
    return UUID(int=max(0, int((instant.timestamp() - seconds_before) * 1000)) << 80)


OpenStatements = Callable[[], AbstractAsyncContextManager[StatementRepository]]
"""Opens a short transaction of its own."""


def statements_opener(engine: AsyncEngine) -> OpenStatements:
    """How to go on reading when the request's transaction is over."""

    @asynccontextmanager
    async def open_statements() -> AsyncIterator[StatementRepository]:
        async with transaction(engine) as session:
            yield StatementRepository(session)

    return open_statements
