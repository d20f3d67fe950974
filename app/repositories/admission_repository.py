"""All that the gate reads and writes, for a whole batch at a time.

A batch is read without locks and written by one statement, which compares: it changes what it was decided on
only if that is still as it was read. So a batch costs two round trips, and is durable when it is answered;
one more if keys and sessions mix, and one more if somebody asks for what few ask for. If something else was
faster, nothing is written, and the batch is decided again under locks.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.core.admission import (
    TIME_BOUNDS_US,
    AdmissionCall,
    AdmissionRequest,
    Changes,
    PresentedSession,
    Snapshot,
    StoredKey,
    StoredSession,
    UsageTally,
)
from app.core.api_key_secrets import PresentedKey
from app.core.database import driver_connection, driver_transaction, unknown_when_unreachable
from app.core.gcra import MICROSECONDS
from app.core.person import Person
from app.repositories.admission_parameters import (
    account_parameters,
    bucket_parameters,
    columns_of,
    entry_parameters,
    hold_parameters,
    usage_parameters,
)
from app.repositories.admission_rows import (
    charge_ids_of,
    crowded_by,
    demanded_buckets,
    note_account,
    own_buckets,
    past_charge,
    read_limits,
)
from app.repositories.admission_statements import (
    FURTHER,
    KEYS,
    LOCK_ACCOUNTS,
    LOCK_BUCKETS,
    LOCK_FREE,
    MAKE_BUCKETS,
    REFILL_BUCKETS,
    SESSIONS,
    TOUCH_KEYS,
    WRITE_BUCKETS,
    WRITE_CHARGES,
)
from app.repositories.usage_statements import FOLD_PORTION, FOLD_USAGE, NOTE_USAGE

SESSION_COLUMNS = 13
"""The columns of SESSIONS after those that were asked for; those after them describe the person."""
ACCOUNT_COLUMNS = 12
"""The last columns of KEYS and SESSIONS: the account, a limit with its bucket, and the database's clock."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StaleDecisionError(Exception):
    """What a batch was decided on has changed before its changes were written; nothing was written."""


class HeldUpError(Exception):
    """Somebody keeps a row for longer than a batch can wait for it; nothing was written."""


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
        await self._load_further(calls, requests, snapshot)
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
        """Keep what this snapshot read from changing, so that the next one stays true until the commit.

        Raises:
            HeldUpError: somebody else does, and does not let go.
        """
        with held_up_when_locked():
            await self._connection.execute(LOCK_ACCOUNTS, sorted(snapshot.accounts))
            await self._connection.execute(LOCK_BUCKETS, *columns_of(sorted(snapshot.buckets)))

    async def lock_free(self, snapshot: Snapshot) -> set[UUID]:
        """The same for all that nobody else keeps; the organizations of which somebody does.

        Raises:
            HeldUpError: somebody keeps a bucket.
        """
        parameters = sorted(snapshot.accounts), sorted(snapshot.spent_by_key)
        kept = await self._connection.fetch(LOCK_FREE, *parameters)
        with held_up_when_locked():
            await self._connection.execute(LOCK_BUCKETS, *columns_of(sorted(snapshot.buckets)))
        return {organization_id for (organization_id,) in kept}

    async def apply(self, changes: Changes, snapshot: Snapshot, usage: UsageTally) -> None:
        """Write the changes of a batch and its use, all or none; a batch that charges waits for the disk.

        Where nothing is changed, nothing is written.

        Raises:
            StaleDecisionError: what it was decided on has changed meanwhile.
            HeldUpError: somebody keeps it from being changed.
            CommitOutcomeUnknownError: the connection was lost, and with it the answer.
        """
        if changes.is_empty:
            return
        statement = WRITE_BUCKETS
        parameters: tuple[Any, ...] = bucket_parameters(changes)
        if changes.charges:
            statement = WRITE_CHARGES
            parameters += (*account_parameters(changes), *entry_parameters(changes), snapshot.now)
            parameters += (*hold_parameters(changes), *usage_parameters(usage))
        else:
            parameters += (snapshot.now, *usage_parameters(usage))
        try:
            with held_up_when_locked(), unknown_when_unreachable():
                await self._connection.execute(statement, *parameters)
        except asyncpg.SerializationError as error:
            raise StaleDecisionError from error

    async def refill(self, buckets: Sequence[tuple[str, str]]) -> None:
        """Forget what was taken from these buckets."""
        await self._connection.execute(REFILL_BUCKETS, *columns_of(buckets))

    async def touch(self, used: Mapping[UUID, datetime]) -> None:
        """Note that these keys were used; a key that is being written is skipped."""
        await self._connection.execute(TOUCH_KEYS, list(used), list(used.values()))

    async def note_usage(self, usage: UsageTally, decided_at: datetime) -> None:
        """Note use that changed nothing else."""
        await self._connection.execute(NOTE_USAGE, decided_at, *usage_parameters(usage))

    async def fold_usage(self) -> int:
        """Fold a portion of the tallies into the rollups; how many there were."""
        return int(await self._connection.fetchval(FOLD_USAGE, FOLD_PORTION, TIME_BOUNDS_US))

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

    async def _load_further(
        self, calls: Sequence[AdmissionCall], requests: Sequence[AdmissionRequest], snapshot: Snapshot
    ) -> None:
        """Read what only some ask for: buckets that no plan names, past charges, open holds."""
        buckets = [*demanded_buckets(calls) | own_buckets(snapshot)]
        charge_ids, crowded = charge_ids_of(requests, snapshot), crowded_by(requests, snapshot)
        if not (buckets or charge_ids or crowded):
            return
        snapshot.now, tats_us, past_charges, open_holds = await self._connection.fetchrow(
            FURTHER, *columns_of(buckets), *columns_of([*charge_ids]), [*crowded]
        )
        for bucket, tat_us in zip(buckets, tats_us, strict=True):
            snapshot.buckets.setdefault(bucket, tat_us)
        for organization_id, charge_id, *columns in past_charges:
            snapshot.past_charges[organization_id, charge_id] = past_charge(*columns)
        snapshot.open_holds |= dict(open_holds)


def requests_of(call: AdmissionCall) -> list[AdmissionRequest]:
    """Every request of a call, the caller's own included."""
    return call.requests if call.caller is None else [call.caller, *call.requests]


@contextmanager
def held_up_when_locked() -> Iterator[None]:
    """Tell a lock that does not come from a database that does not answer."""
    try:
        yield
    except asyncpg.LockNotAvailableError as error:
        raise HeldUpError from error


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
