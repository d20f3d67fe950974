"""The proof of the ledger: every account balances, each by itself and all together."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

from app.repositories.ledger_proof_repository import AccountProof, OpenLedgerProof

PAGE_SIZE = 200


@dataclass(slots=True)
class LedgerDrift:
    """An organization whose account, entries, grants and holds contradict each other."""

    organization_id: UUID
    contradictions: list[str]


@dataclass(slots=True)
class LedgerProof:
    """What was looked at so far, what it comes to, and what is wrong with it."""

    organizations: int = 0
    entries: int = 0
    issued: int = 0
    available: int = 0
    held: int = 0
    spent: int = 0
    expired: int = 0
    drifts: list[LedgerDrift] = field(default_factory=list)

    def add(self, account: AccountProof) -> None:
        """Add an account whose entries were all read."""
        self.organizations += 1
        self.issued += account.issued
        self.available += account.available
        self.held += account.held
        self.spent += account.spent
        self.expired += account.expired
        contradictions = contradictions_of(account)
        if contradictions:
            self.drifts.append(LedgerDrift(account.organization_id, contradictions))

    @property
    def is_balanced(self) -> bool:
        """Whether all that was ever issued is somewhere."""
        return self.issued == self.available + self.held + self.spent + self.expired


class LedgerProofService:
    """Proves every account from its entries while others write: nothing is locked, no snapshot is kept.

    An account is read with its grants and holds at one instant. Its entries up to that instant never change,
    so they are read afterwards, in stretches.
    """

    def __init__(self, open_proof: OpenLedgerProof) -> None:
        self._open_proof = open_proof

    async def prove(self) -> AsyncIterator[LedgerProof]:
        """The proof so far, after every stretch; the last one is the whole."""
        proof = LedgerProof()
        after: UUID | None = None
        while accounts := await self._next_page(after):
            after = accounts[-1].organization_id
            waiting = accounts
            while waiting:
                read = sum(account.entries for account in waiting)
                async with self._open_proof() as repository:
                    await repository.add_stretches(waiting)
                proof.entries += sum(account.entries for account in waiting) - read
                waiting = [again for account in waiting if (again := await self._go_on(account, proof))]
                yield proof
        yield proof

    async def _go_on(self, account: AccountProof, proof: LedgerProof) -> AccountProof | None:
        """What is still to be read of an account; None: it is proved, or refuted."""
        if not account.is_complete:
            return account
        if contradictions_of(account):
            async with self._open_proof() as repository:
                now = await repository.find_account(account.organization_id)
            # Entries are missing that were dropped while we read: what they came to is known now.
            if now.carried > account.carried:
                return now
        proof.add(account)
        return None

    async def _next_page(self, after: UUID | None) -> list[AccountProof]:
        async with self._open_proof() as repository:
            return await repository.find_accounts(after=after, size=PAGE_SIZE)


def contradictions_of(account: AccountProof) -> list[str]:
    """All that does not add up, in words."""
    pairs = [
        ("credits available", account.available, "by the ledger", account.ledger_available),
        ("credits held", account.held, "by the ledger", account.ledger_held),
        ("credits of balance", account.available + account.held, "as the sum of entries", account.balance),
        ("credits available", account.available, "left in grants", account.in_grants),
        ("credits held", account.held, "in open holds", account.in_holds),
        ("entries", account.last_sequence, "found", account.carried + account.entries),
        ("is the last sequence", account.last_sequence, "is the newest entry's", account.newest_sequence),
    ]
    found = [f"{one} {what}, {other} {where}" for what, one, where, other in pairs if one != other]
    if account.wrong_entries:
        found.append(f"{account.wrong_entries} entries contradict those before them")
    return found
