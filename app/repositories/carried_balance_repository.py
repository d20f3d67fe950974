"""Balances are carried out of the months of the ledger that are dropped."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.repositories.ledger_sums import ACCOUNT_SUMS

# A month is carried only if its entries continue, without a gap, what was carried before: otherwise dropping
# it would take away the proof of what is wrong.
CARRY = f"""
WITH sums AS MATERIALIZED (
    SELECT e.organization_id, count(*) AS entries, min(e.sequence) AS first, max(e.sequence) AS last,
           sum(e.amount) AS balance,
           {ACCOUNT_SUMS}
    FROM {{place}} e GROUP BY e.organization_id
), carried AS MATERIALIZED (
    SELECT s.organization_id, s.last, COALESCE(c.available, 0) + s.available AS available,
           COALESCE(c.held, 0) + s.held AS held, COALESCE(c.issued, 0) - s.issued AS issued,
           COALESCE(c.spent, 0) + s.spent AS spent, COALESCE(c.expired, 0) + s.expired AS expired,
           s.first = COALESCE(c.sequence, 0) + 1 AND s.last = COALESCE(c.sequence, 0) + s.entries
               AND COALESCE(c.available + c.held, 0) + s.balance = e.balance_after AS is_sound
    FROM sums s
    JOIN {{place}} e ON e.organization_id = s.organization_id AND e.sequence = s.last
    LEFT JOIN carried_balances c ON c.organization_id = s.organization_id
), written AS (
    INSERT INTO carried_balances (organization_id, sequence, before, available, held, issued, spent, expired)
    SELECT organization_id, last, :before, available, held, issued, spent, expired
    FROM carried WHERE NOT EXISTS (SELECT FROM carried WHERE NOT is_sound)
    ON CONFLICT (organization_id) DO UPDATE
    SET sequence = EXCLUDED.sequence, before = EXCLUDED.before, available = EXCLUDED.available,
        held = EXCLUDED.held, issued = EXCLUDED.issued, spent = EXCLUDED.spent, expired = EXCLUDED.expired
)
SELECT count(*) FROM carried WHERE NOT is_sound
"""  # noqa: S608 -- the names of accounts are ours


class CarriedBalanceRepository:
    """Writes the `carried_balances` table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def carry(self, place: str, before: datetime) -> int:
        """Add a month of the ledger, which ends at that instant, to what is carried.

        Of how many organizations the entries do not continue what was carried so far: if there is one,
        nothing is written.
        """
        statement = text(CARRY.format(place=place))
        return int((await self._session.execute(statement, {"before": before})).scalar_one())
