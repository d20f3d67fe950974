"""Settlement: what time alone has done to an organization's credits, written down by whoever looks next."""

import heapq
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.models import CreditGrant, CreditHold, HoldState, LedgerKind
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.credit_event_repository import CreditEventRepository
from app.repositories.credit_grant_repository import CreditGrantRepository, Origin
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.services.credit_book import CreditBook
from app.services.grant_order import burn

HOLD_ENDS, GRANT_EXPIRES, GRANT_BEGINS = range(3)
"""What comes first at one and the same instant: what returns in it expires in it, too."""
Event = tuple[datetime, int, UUID, CreditGrant | CreditHold]


class SettlementService:
    """Opens accounts as they are at this very instant, whether or not anything has run meanwhile.

    Between two settlements the set of grants is the same, so nothing is lost by settling late: the burned
    credits are walked through the grants in their order, then what began, ended or expired since happens in
    the order of its instants, each by an entry that is dated so.
    """

    def __init__(
        self,
        accounts: CreditAccountRepository,
        grants: CreditGrantRepository,
        holds: CreditHoldRepository,
        ledger: LedgerEntryRepository,
        events: CreditEventRepository,
        keys: ApiKeyRepository,
    ) -> None:
        self._accounts = accounts
        self._grants = grants
        self._holds = holds
        self._ledger = ledger
        self._events = events
        self._keys = keys

    async def open(self, organization_id: UUID) -> CreditBook:
        """Lock an account, settled if it is due.

        Raises:
            NotFoundError: there is no such organization.
        """
        account = await self._accounts.lock(organization_id)
        book = CreditBook(account, await self._accounts.read_clock())
        if account.next_change_at is not None and account.next_change_at <= book.now:
            await self._settle(book)
        return book

    async def open_settled(self, organization_id: UUID) -> CreditBook:
        """Lock an account and settle it up to its last burned credit, due or not.

        Raises:
            NotFoundError: there is no such organization.
        """
        book = await self.open(organization_id)
        await self._write_burns(book)
        return book

    async def write(self, book: CreditBook) -> None:
        """Write the account, the entries of what has moved, and which thresholds that has fallen to."""
        entries, book.entries = book.entries, []
        await self._ledger.append(entries)
        await self._events.append(book.take_events())

    async def release(self, book: CreditBook, hold: CreditHold, credits: int, *, at: datetime) -> None:
        """Give the last `credits` of a hold back to the grants they came from, in a settled book.

        What came from a grant that has expired meanwhile expires at once.
        """
        book.move(
            LedgerKind.RELEASE,
            credits,
            reason=hold.reason,
            at=at,
            hold_id=hold.id,
            api_key_id=hold.api_key_id,
            user_id=hold.user_id,
        )
        if hold.api_key_id is not None:
            await self._keys.give_back(hold.api_key_id, credits, taken_at=hold.created_at)
        for origin in await self.find_origins(book, hold.position - credits, hold.position):
            if not self.return_to_grant(book, origin, at):
                self._expire(book, origin.grant, origin.credits, at)

    async def find_origins(self, book: CreditBook, start: int, end: int) -> list[Origin]:
        """Where the credits between two positions came from."""
        return await self._grants.find_origins(book.account.organization_id, start, end)

    def return_to_grant(self, book: CreditBook, origin: Origin, at: datetime) -> bool:
        """Put credits back into the grant they came from; False, and nothing done, if it has expired."""
        if not origin.grant.is_alive(at):
            return False
        origin.grant.remaining += origin.credits
        book.expect_change(origin.grant.expires_at)
        return True

    async def _settle(self, book: CreditBook) -> None:
        organization_id = book.account.organization_id
        await self._write_burns(book)
        events: list[Event] = [
            (hold.expires_at, HOLD_ENDS, hold.id, hold)
            for hold in await self._holds.find_expired(organization_id, book.now)
        ]
        for grant in await self._grants.find_changing(organization_id, book.now):
            events += events_of(grant, book.now)
        heapq.heapify(events)
        while events:
            at, _, _, what = heapq.heappop(events)
            if isinstance(what, CreditHold):
                await self._end(book, what, at, events)
            elif what.entered_at is None:
                self._begin(book, what, at)
            elif what.remaining:
                self._expire(book, what, what.remaining, at)
                what.remaining, what.ended_at = 0, at
        await self.write(book)
        book.account.next_change_at = await self._grants.find_next_change(organization_id)

    async def _write_burns(self, book: CreditBook) -> None:
        account = book.account
        burned = account.burned - account.burned_settled
        grants = await self._grants.find_burning(account.organization_id, burned)
        await self._grants.add_burns(burn(account, grants))

    async def _end(self, book: CreditBook, hold: CreditHold, at: datetime, events: list[Event]) -> None:
        """Let a hold expire; what returns to a grant that expires before now does so in its turn."""
        hold.end(HoldState.EXPIRED, at)
        before = {event[2] for event in events}
        await self.release(book, hold, hold.amount, at=at)
        hold.available_after = book.account.available
        for origin in await self.find_origins(book, hold.position - hold.amount, hold.position):
            if origin.grant.id not in before and origin.grant.remaining:
                before.add(origin.grant.id)
                for event in events_of(origin.grant, book.now):
                    heapq.heappush(events, event)

    def _begin(self, book: CreditBook, grant: CreditGrant, at: datetime) -> None:
        grant.entered_at = at
        book.move(LedgerKind.GRANT, grant.amount, reason=grant.reason, at=at, grant_id=grant.id)

    def _expire(self, book: CreditBook, grant: CreditGrant, credits: int, at: datetime) -> None:
        book.move(LedgerKind.EXPIRE, credits, reason=grant.reason, at=at, grant_id=grant.id)


def events_of(grant: CreditGrant, now: datetime) -> Sequence[Event]:
    """What has happened to a grant by now."""
    events: list[Event] = []
    if grant.entered_at is None and grant.effective_at <= now:
        events.append((grant.effective_at, GRANT_BEGINS, grant.id, grant))
    if grant.expires_at is not None and grant.expires_at <= now:
        events.append((grant.expires_at, GRANT_EXPIRES, grant.id, grant))
    return events
