"""All that the gate reads and writes, for a whole batch at a time.

A batch is read without locks and written by one statement, which compares: it changes what it was decided on
only if that is still as it was read. So a batch costs two round trips (more with charge ids, or when keys and
sessions mix) and is durable when it is answered. If something else was faster, nothing is written, and the
batch is decided again under locks.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from app.core.admission import (
    Account,
    AdmissionCall,
    AdmissionRequest,
    Changes,
    Held,
    PastCharge,
    PresentedSession,
    Snapshot,
    StoredKey,
    StoredSession,
    key_subject,
    organization_subject,
)
from app.core.api_key_secrets import PresentedKey
from app.core.database import driver_connection, driver_transaction, unknown_when_unreachable
from app.core.gcra import MICROSECONDS, OWN, LimitUnit, Quota
from app.core.identifiers import new_id
from app.core.person import Person
from app.repositories.admission_statements import (
    BUCKETS,
    KEYS,
    LOCK_ACCOUNTS,
    LOCK_BUCKETS,
    MAKE_BUCKETS,
    PAST_CHARGES,
    REFILL_BUCKETS,
    SESSIONS,
    TOUCH_KEYS,
    WRITE_BUCKETS,
    WRITE_CHARGES,
)

H = TypeVar("H", StoredKey, StoredSession)

SESSION_COLUMNS = 13
"""The columns of SESSIONS after those that were asked for; those after them describe the person."""
ACCOUNT_COLUMNS = 12
"""The last columns of KEYS and SESSIONS: the account, a limit with its bucket, and the database's clock."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StaleDecisionError(Exception):
    """What a batch was decided on has changed before its changes were written; nothing was written."""


class AdmissionRepository:
    """Loads what a batch needs to know, and writes what it changed if that is still so."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def load(self, calls: Sequence[AdmissionCall]) -> Snapshot:
        """Read credentials with the accounts, limits and buckets of those who stand behind them."""
        requests = [request for call in calls for request in requests_of(call)]
        snapshot = Snapshot(now=EPOCH, now_us=0)
        await self._load_keys(requests, snapshot)
        await self._load_sessions(requests, snapshot)
        await self._load_buckets(calls, snapshot)
        await self._load_past_charges(requests, snapshot)
        elapsed = snapshot.now - EPOCH
        snapshot.now_us = (elapsed.days * 86_400 + elapsed.seconds) * MICROSECONDS + elapsed.microseconds
        return snapshot

    async def make_buckets(self, snapshot: Snapshot) -> None:
        """Make the buckets that are missing, so that there is a row to lock.

        Before the locks and committed by itself: a new row that is not committed yet, held while waiting for
        another, would let two nodes wait for each other.
        """
        await self._connection.execute(MAKE_BUCKETS, *columns_of(sorted(snapshot.buckets)))

    async def lock(self, snapshot: Snapshot) -> None:
        """Keep what this snapshot read from changing, so that the next one stays true until the commit."""
        await self._connection.execute(LOCK_ACCOUNTS, sorted(snapshot.accounts))
        await self._connection.execute(LOCK_BUCKETS, *columns_of(sorted(snapshot.buckets)))

    async def apply(self, changes: Changes, snapshot: Snapshot) -> None:
        """Write the changes of a batch, all or none; a batch that charges waits for the disk.

        Raises:
            StaleDecisionError: what it was decided on has changed meanwhile.
            CommitOutcomeUnknownError: the connection was lost, and with it the answer.
        """
        if not changes.buckets and not changes.charges:
            return
        statement = WRITE_BUCKETS
        parameters: tuple[Any, ...] = bucket_parameters(changes)
        if changes.charges:
            statement = WRITE_CHARGES
            parameters += (*account_parameters(changes), *entry_parameters(changes), snapshot.now)
            parameters += hold_parameters(changes)
        try:
            with unknown_when_unreachable():
                await self._connection.execute(statement, *parameters)
        except asyncpg.SerializationError as error:
            raise StaleDecisionError from error

    async def refill(self, buckets: Sequence[tuple[str, str]]) -> None:
        """Forget what was taken from these buckets."""
        await self._connection.execute(REFILL_BUCKETS, *columns_of(buckets))

    async def touch(self, used: Mapping[UUID, datetime]) -> None:
        """Note that these keys were used; a key that is being written is skipped."""
        await self._connection.execute(TOUCH_KEYS, list(used), list(used.values()))

    async def _load_keys(self, requests: Sequence[AdmissionRequest], snapshot: Snapshot) -> None:
        lookup_ids = {r.presented.lookup_id for r in requests if isinstance(r.presented, PresentedKey)}
        if not lookup_ids:
            return
        for lookup_id, *columns in await self._connection.fetch(KEYS, list(lookup_ids)):
            *key_columns, credits_spent = columns[:-ACCOUNT_COLUMNS]
            key = snapshot.keys.get(lookup_id)
            if key is None:
                key = snapshot.keys[lookup_id] = read_limits(StoredKey(*key_columns))
                if key.credit_cap is not None:
                    snapshot.spent_by_key[key.key_id] = credits_spent
            note_account(snapshot, key, columns[-ACCOUNT_COLUMNS:])

    async def _load_sessions(self, requests: Sequence[AdmissionRequest], snapshot: Snapshot) -> None:
        places = {r.presented.place for r in requests if isinstance(r.presented, PresentedSession)}
        if not places:
            return
        for session_id, asked_for, *columns in await self._connection.fetch(SESSIONS, *columns_of([*places])):
            person = Person(*columns[SESSION_COLUMNS:-ACCOUNT_COLUMNS])
            values = (*columns[:SESSION_COLUMNS], person)
            session = read_limits(StoredSession(*values))
            snapshot.sessions[session_id, asked_for] = session
            note_account(snapshot, session, columns[-ACCOUNT_COLUMNS:])

    async def _load_buckets(self, calls: Sequence[AdmissionCall], snapshot: Snapshot) -> None:
        """Read the buckets that no plan names: those of demands, and of limits of one's own."""
        wanted = {(d.subject, d.quota.name) for call in calls for d in call.demands}
        wanted.update(own_buckets(snapshot))
        if wanted:
            for row in await self._connection.fetch(BUCKETS, *columns_of(sorted(wanted))):
                snapshot.now, subject, name, tat_us = row
                snapshot.buckets.setdefault((subject, name), tat_us)

    async def _load_past_charges(self, requests: Sequence[AdmissionRequest], snapshot: Snapshot) -> None:
        wanted = {
            (holder.organization_id, request.charge_id)
            for request in requests
            if request.charge_id is not None and (holder := snapshot.holder(request.presented)) is not None
        }
        if wanted:
            for organization_id, charge_id, *columns in await self._connection.fetch(
                PAST_CHARGES, *columns_of(sorted(wanted))
            ):
                snapshot.past_charges[organization_id, charge_id] = past_charge(*columns)


def requests_of(call: AdmissionCall) -> list[AdmissionRequest]:
    """Every request of a call, the caller's own included."""
    return call.requests if call.caller is None else [call.caller, *call.requests]


def read_limits(holder: H) -> H:
    """The same holder, with limits of its own as quotas; hardly any has some."""
    if holder.organization_limits:
        holder.organization_limits = quotas_of(holder.organization_limits)
    if isinstance(holder, StoredKey) and holder.own_limits:
        holder.own_limits = quotas_of(holder.own_limits, mark=OWN)
    return holder


def quotas_of(column: Any, *, mark: str = "") -> list[Quota]:  # noqa: ANN401 -- JSON, as we have written it
    """The limits that a column holds."""
    return [
        Quota(
            mark + each["name"],
            each["limit"],
            each["period_seconds"],
            each["burst"],
            LimitUnit(each["unit"]),
        )
        for each in column
    ]


def own_buckets(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """The buckets of limits that do not come from plans."""
    for holder in snapshot.holders():
        for quota in holder.organization_limits or ():
            yield organization_subject(holder.organization_id), quota.name
        if isinstance(holder, StoredKey):
            for quota in holder.own_limits or ():
                yield key_subject(holder.key_id), quota.name


def note_account(snapshot: Snapshot, holder: StoredKey | StoredSession, columns: Sequence[Any]) -> None:
    """Add what stands behind a credential: its account, and one limit of its plan with its bucket."""
    *account, name, quota, period_seconds, burst, unit, tat_us, snapshot.now = columns
    organization_id = holder.organization_id
    # An account or a bucket that was read before is one and the same: the first reading counts.
    if organization_id not in snapshot.accounts:
        snapshot.accounts[organization_id] = Account(*account)
    quotas = snapshot.quotas.setdefault(holder.plan_id, {})
    if name is not None:
        if name not in quotas:
            quotas[name] = Quota(name, quota, period_seconds, burst, LimitUnit(unit))
        snapshot.buckets.setdefault((organization_subject(organization_id), name), tat_us)


def bucket_parameters(changes: Changes) -> tuple[list[Any], ...]:
    """The buckets, sorted, as parallel arrays: subject, name, before, after."""
    buckets = sorted(changes.buckets)
    return (
        [subject for subject, _ in buckets],
        [name for _, name in buckets],
        [changes.buckets_before[bucket] for bucket in buckets],
        [changes.buckets[bucket] for bucket in buckets],
    )


def account_parameters(changes: Changes) -> tuple[list[Any], ...]:
    """The accounts and the capped keys, as parallel arrays with what they were before."""
    accounts = changes.accounts
    return (
        list(accounts),
        [changes.sequences_before[organization_id] for organization_id in accounts],
        [account.last_sequence for account in accounts.values()],
        [account.available for account in accounts.values()],
        [account.burned for account in accounts.values()],
        list(changes.spent_by_key),
        [changes.spent_before[key_id] for key_id in changes.spent_by_key],
        list(changes.spent_by_key.values()),
    )


def entry_parameters(changes: Changes) -> tuple[list[Any], ...]:
    """The new ledger entries as parallel arrays."""
    charges = changes.charges
    return (
        [new_id() for _ in charges],
        [charge.organization_id for charge in charges],
        [charge.sequence for charge in charges],
        [charge.cost for charge in charges],
        [charge.available_after for charge in charges],
        [charge.balance_after for charge in charges],
        [charge.position for charge in charges],
        [charge.reason for charge in charges],
        [charge.charge_id for charge in charges],
        [charge.api_key_id for charge in charges],
        [charge.user_id for charge in charges],
        [charge.request_id for charge in charges],
    )


def hold_parameters(changes: Changes) -> tuple[list[Any], ...]:
    """What the accounts have in holds and when the first new one ends; then the holds, beside the entries."""
    ends: dict[UUID, datetime] = {}
    for charge in changes.charges:
        if charge.hold is not None:
            end = ends.get(charge.organization_id, charge.hold.expires_at)
            ends[charge.organization_id] = min(end, charge.hold.expires_at)
    holds = [charge.hold for charge in changes.charges]
    return (
        [account.held for account in changes.accounts.values()],
        [ends.get(organization_id) for organization_id in changes.accounts],
        [None if hold is None else hold.hold_id for hold in holds],
        [charge.holder_id for charge in changes.charges],
        [None if hold is None else hold.expires_at for hold in holds],
    )


def past_charge(
    api_key_id: UUID | None,
    user_id: UUID | None,
    cost: int,
    available_after: int,
    hold_id: UUID | None,
    expires_at: datetime | None,
) -> PastCharge:
    """What a charge id stands for, with the hold if it is one."""
    hold = None if hold_id is None or expires_at is None else Held(hold_id, cost, expires_at)
    return PastCharge(api_key_id, user_id, cost, available_after, hold)


def columns_of(pairs: Sequence[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """Turn pairs into two parallel arrays."""
    return [first for first, _ in pairs], [second for _, second in pairs]


class Admissions:
    """Opens the gate's repository on connections that no request can exhaust."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[AdmissionRepository]:
        """Each statement is a transaction of its own: what is written is committed when it is answered."""
        async with driver_connection(self._pool) as connection:
            yield AdmissionRepository(connection)

    @asynccontextmanager
    async def in_transaction(self) -> AsyncIterator[AdmissionRepository]:
        """All statements are one transaction, for work under locks."""
        async with driver_transaction(self._pool) as connection:
            yield AdmissionRepository(connection)
