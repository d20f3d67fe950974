"""What a proof of the ledger reads: accounts as they are at one instant, and their entries in stretches."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import transaction
from app.repositories.ledger_sums import ACCOUNT_SUMS

ENTRIES_MAX = 100_000
"""Of one organization, in one statement."""

# One statement is one snapshot: an account, its grants, its holds and what was carried at the same instant.
ACCOUNTS = text(
    """
    SELECT a.organization_id, a.available, a.held, a.last_sequence,
           COALESCE(e.newest, c.sequence, 0) AS newest_sequence, COALESCE(c.sequence, 0) AS carried,
           COALESCE(c.available, 0) AS ledger_available, COALESCE(c.held, 0) AS ledger_held,
           COALESCE(c.issued, 0) AS issued, COALESCE(c.spent, 0) AS spent, COALESCE(c.expired, 0) AS expired,
           (COALESCE(g.remaining, 0) - (a.burned - a.burned_settled))::bigint AS in_grants,
           COALESCE(h.amount, 0)::bigint AS in_holds
    FROM (
        SELECT * FROM credit_accounts
        WHERE CAST(:after AS uuid) IS NULL OR organization_id > CAST(:after AS uuid)
        ORDER BY organization_id LIMIT :size
    ) a
    LEFT JOIN carried_balances c ON c.organization_id = a.organization_id
    LEFT JOIN LATERAL (
        SELECT sum(remaining) AS remaining FROM credit_grants
        WHERE organization_id = a.organization_id AND remaining > 0 AND entered_at IS NOT NULL
    ) g ON true
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount FROM credit_holds
        WHERE organization_id = a.organization_id AND state = 'open'
    ) h ON true
    LEFT JOIN LATERAL (
        SELECT max(sequence) AS newest FROM ledger_entries WHERE organization_id = a.organization_id
    ) e ON true
    ORDER BY a.organization_id
    """
)

# Entries never change, so those up to a sequence that was read are the same at any later time.
STRETCHES = text(
    f"""
    SELECT e.organization_id, count(*) AS entries, sum(e.amount) AS balance,
           {ACCOUNT_SUMS},
           count(*) FILTER (WHERE e.balance_after <> e.before + e.running OR e.sequence <> e.done + e.place)
               AS wrong_entries
    FROM (
        SELECT e.*, s.done, s.before, sum(e.amount) OVER w AS running, row_number() OVER w AS place
        FROM unnest(CAST(:ids AS uuid[]), CAST(:dones AS bigint[]), CAST(:ends AS bigint[]),
                    CAST(:befores AS bigint[])) AS s (organization_id, done, upto, before)
        JOIN ledger_entries e ON e.organization_id = s.organization_id
            AND e.sequence > s.done AND e.sequence <= s.upto
        WINDOW w AS (PARTITION BY e.organization_id ORDER BY e.sequence)
    ) e
    GROUP BY e.organization_id
    """  # noqa: S608 -- the names of accounts are ours
)


@dataclass(slots=True)
class AccountProof:
    """One organization's account, and what its entries have made of it so far."""

    organization_id: UUID
    available: int
    held: int
    last_sequence: int
    newest_sequence: int
    in_grants: int
    """What its grants have left: must be what is available."""
    in_holds: int
    """What its open holds reserve: must be what is held."""
    carried: int
    """The last entry that is kept no longer: the figures below begin with what those up to it came to."""
    ledger_available: int
    ledger_held: int
    issued: int
    spent: int
    expired: int
    balance: int = field(init=False)
    done: int = field(init=False)
    """The sequence up to which entries were read."""
    entries: int = 0
    """That were read."""
    wrong_entries: int = 0
    """Entries whose running balance or place in the sequence is not what those before them make it."""

    def __post_init__(self) -> None:
        self.done = self.carried
        self.balance = self.ledger_available + self.ledger_held

    @property
    def is_complete(self) -> bool:
        """Whether all entries were read that the account tells of."""
        return self.done >= self.last_sequence

    @property
    def next_end(self) -> int:
        """The last sequence of the next stretch."""
        return min(self.last_sequence, self.done + ENTRIES_MAX)

    def add(self, stretch: Mapping[str, Any] | None) -> None:
        """Add up the next stretch; None: not one of its entries is there."""
        self.done = self.next_end
        if stretch is not None:
            self.entries += stretch["entries"]
            # Sums may be larger than BIGINT, so they come as decimals.
            self.balance += int(stretch["balance"])
            self.ledger_available += int(stretch["available"])
            self.ledger_held += int(stretch["held"])
            self.issued -= int(stretch["issued"])
            self.spent += int(stretch["spent"])
            self.expired += int(stretch["expired"])
            self.wrong_entries += stretch["wrong_entries"]


class LedgerProofRepository:
    """Reads accounts and entries to prove the one by the other; it locks nothing."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_accounts(self, *, after: UUID | None, size: int) -> list[AccountProof]:
        """The next accounts in the order of their ids."""
        rows = await self._session.execute(ACCOUNTS, {"after": after, "size": size})
        return [AccountProof(**row) for row in rows.mappings()]

    async def find_account(self, organization_id: UUID) -> AccountProof:
        """An account as it is now."""
        (account,) = await self.find_accounts(after=UUID(int=organization_id.int - 1), size=1)
        return account

    async def add_stretches(self, proofs: Sequence[AccountProof]) -> None:
        """Read the next stretch of entries of each, and add it up."""
        parameters = {
            "ids": [proof.organization_id for proof in proofs],
            "dones": [proof.done for proof in proofs],
            "ends": [proof.next_end for proof in proofs],
            "befores": [proof.balance for proof in proofs],
        }
        rows = (await self._session.execute(STRETCHES, parameters)).mappings()
        stretches = {row["organization_id"]: dict(row) for row in rows}
        for proof in proofs:
            proof.add(stretches.get(proof.organization_id))


OpenLedgerProof = Callable[[], AbstractAsyncContextManager[LedgerProofRepository]]
"""Opens a short transaction of its own."""


def ledger_proof_opener(engine: AsyncEngine) -> OpenLedgerProof:
    """How a proof reads: no snapshot is kept while it goes on."""

    @asynccontextmanager
    async def open_ledger_proof() -> AsyncIterator[LedgerProofRepository]:
        async with transaction(engine) as session:
            yield LedgerProofRepository(session)

    return open_ledger_proof
