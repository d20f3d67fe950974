"""What an organization's credits do while its account is locked."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from app.core.identifiers import new_id
from app.models import CreditAccount, CreditEvent, LedgerEntry, LedgerKind

GIVING = (1, 0)
TAKING = (-1, 0)
EFFECTS = {
    LedgerKind.GRANT: GIVING,
    LedgerKind.REFUND: GIVING,
    LedgerKind.RELEASE: (1, -1),
    LedgerKind.CHARGE: TAKING,
    LedgerKind.EXPIRE: TAKING,
    LedgerKind.HOLD: (-1, 1),
    LedgerKind.SETTLE: (0, -1),
}
"""What one credit does to `available` and to `held`; an adjustment gives or takes."""
BURNING = frozenset({LedgerKind.CHARGE, LedgerKind.HOLD, LedgerKind.ADJUST})
"""What takes credits from the grants in their order; an expiry takes them from one that it names."""


class EntryDetails(TypedDict, total=False):
    """What an entry says besides its figures."""

    charge_id: str | None
    position: int | None
    grant_id: UUID | None
    hold_id: UUID | None
    api_key_id: UUID | None
    user_id: UUID | None
    request_id: str | None


@dataclass(slots=True)
class Moment:
    """What all that happened at one instant has made of the credits available."""

    before: int
    after: int
    entry: LedgerEntry
    """The last movement."""


class CreditBook:
    """One account under its lock: every movement changes it, and is an entry that says so."""

    def __init__(self, account: CreditAccount, now: datetime) -> None:
        self.account = account
        self.now = now
        self.entries: list[LedgerEntry] = []
        """Movements that are not written yet."""
        self._moments: list[Moment] = []

    def move(
        self,
        kind: LedgerKind,
        credits: int,
        *,
        reason: str,
        at: datetime | None = None,
        **details: Unpack[EntryDetails],
    ) -> LedgerEntry:
        """Move that many credits; those of an adjustment are signed."""
        moved = abs(credits)
        available, held = EFFECTS.get(kind) or (GIVING if credits > 0 else TAKING)
        account = self.account
        before = account.available
        account.available += available * moved
        account.held += held * moved
        account.last_sequence += 1
        if available < 0 and kind in BURNING:
            account.burned += moved
            details["position"] = account.burned
        entry = LedgerEntry(
            id=new_id(),
            organization_id=account.organization_id,
            sequence=account.last_sequence,
            kind=kind,
            amount=(available + held) * moved,
            balance_after=account.balance,
            moved=moved,
            reason=reason,
            created_at=at or self.now,
            **details,
        )
        self.entries.append(entry)
        self._remember(entry, before)
        return entry

    def take_events(self) -> list[CreditEvent]:
        """The thresholds that were fallen to and not told of yet.

        What happens at one instant counts as one: nobody could spend what came and went in it.
        """
        moments, self._moments = self._moments, []
        return [
            CreditEvent(
                organization_id=self.account.organization_id,
                threshold=threshold,
                available_after=moment.after,
                entry_id=moment.entry.id,
                created_at=moment.entry.created_at,
            )
            for moment in moments
            for threshold in reversed(self.account.thresholds or ())
            if moment.after <= threshold < moment.before
        ]

    def expect_change(self, at: datetime | None) -> None:
        """Let the account be settled at that instant, if nothing else changes before."""
        account = self.account
        if at is not None and (account.next_change_at is None or at < account.next_change_at):
            account.next_change_at = at

    def _remember(self, entry: LedgerEntry, before: int) -> None:
        after = self.account.available
        if self._moments and self._moments[-1].entry.created_at == entry.created_at:
            self._moments[-1].entry, self._moments[-1].after = entry, after
        else:
            self._moments.append(Moment(before, after, entry))
