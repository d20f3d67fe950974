"""All that the gate reads and writes, for a whole batch at a time.

The order of the statements is what makes it exact. Accounts are locked first, in id order, so that two nodes
never deadlock; everything that other batches may change (balances, buckets, charge ids) is read by later
statements, whose snapshots therefore see every batch that held the locks before (READ COMMITTED).
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.core.admission import (
    Account,
    AdmissionCall,
    AdmissionRequest,
    Changes,
    PastCharge,
    PresentedSession,
    Snapshot,
    StoredKey,
    StoredSession,
    organization_subject,
)
from app.core.api_key_secrets import PresentedKey
from app.core.database import driver_transaction
from app.core.gcra import MICROSECONDS, Quota
from app.core.identifiers import new_id
from app.core.person import Person
from app.repositories.admission_statements import (
    KEYS,
    LIMITS,
    LOCK_ACCOUNTS,
    LOCK_BUCKETS,
    MAKE_BUCKETS,
    PAST_CHARGES,
    SESSIONS,
    SPENT_BY_CAPPED_KEYS,
    TOUCH_KEYS,
    WRITE_BUCKETS,
    WRITE_CHARGES,
    WRITE_SPENT,
)

SESSION_COLUMNS = 10
"""The first columns of SESSIONS; those after them describe the person."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AdmissionRepository:
    """Loads what a batch needs to know, and writes what it changed, in as few statements as possible."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def load(self, calls: Sequence[AdmissionCall]) -> Snapshot:
        """Read credentials, then lock accounts, then read all that the locks protect."""
        requests = [request for call in calls for request in requests_of(call)]
        snapshot = Snapshot(now=EPOCH, now_us=0)
        await self._load_credentials(requests, snapshot)
        subjects = {
            (holder.organization_id, holder.plan_id)
            for holders in (snapshot.keys, snapshot.sessions)
            for holder in holders.values()
        }
        await self._lock_accounts({organization_id for organization_id, _ in subjects}, snapshot)
        await self._load_capped_keys(snapshot)
        await self._lock_buckets(calls, snapshot)
        await self._load_limits(sorted(subjects), snapshot)
        await self._load_past_charges(requests, snapshot)
        return snapshot

    async def apply(self, changes: Changes, snapshot: Snapshot) -> None:
        """Write the changes of a batch; a batch that charges waits for the disk at its commit."""
        buckets = (
            [subject for subject, _ in changes.buckets],
            [name for _, name in changes.buckets],
            list(changes.buckets.values()),
        )
        if not changes.charges:
            if changes.buckets:
                await self._connection.execute(WRITE_BUCKETS, *buckets)
            return
        accounts = changes.accounts
        charges = changes.charges
        parameters = (
            *buckets,
            list(accounts),
            [account.available for account in accounts.values()],
            [account.last_sequence for account in accounts.values()],
            [new_id() for _ in charges],
            [charge.organization_id for charge in charges],
            [charge.sequence for charge in charges],
            [charge.amount for charge in charges],
            [charge.balance_after for charge in charges],
            [charge.reason for charge in charges],
            [charge.charge_id for charge in charges],
            [charge.api_key_id for charge in charges],
            [charge.user_id for charge in charges],
            [charge.request_id for charge in charges],
            snapshot.now,
        )
        await self._connection.execute(WRITE_CHARGES, *parameters)
        if changes.spent_by_key:
            spent = (list(changes.spent_by_key), list(changes.spent_by_key.values()))
            await self._connection.execute(WRITE_SPENT, *spent)

    async def touch(self, used: Mapping[UUID, datetime]) -> None:
        """Note that these keys were used; a key that is being written is skipped."""
        await self._connection.execute("SET LOCAL synchronous_commit = off")
        await self._connection.execute(TOUCH_KEYS, list(used), list(used.values()))

    async def _load_credentials(self, requests: Sequence[AdmissionRequest], snapshot: Snapshot) -> None:
        lookup_ids = {r.presented.lookup_id for r in requests if isinstance(r.presented, PresentedKey)}
        if lookup_ids:
            for lookup_id, *columns in await self._connection.fetch(KEYS, list(lookup_ids)):
                snapshot.keys[lookup_id] = StoredKey(*columns)
        session_ids = {r.presented.session_id for r in requests if isinstance(r.presented, PresentedSession)}
        if session_ids:
            for columns in await self._connection.fetch(SESSIONS, list(session_ids)):
                values = (*columns[:SESSION_COLUMNS], Person(*columns[SESSION_COLUMNS:]))
                stored = StoredSession(*values)
                snapshot.sessions[stored.session_id] = stored

    async def _lock_accounts(self, organization_ids: set[UUID], snapshot: Snapshot) -> None:
        if organization_ids:
            for organization_id, available, last_sequence in await self._connection.fetch(
                LOCK_ACCOUNTS, list(organization_ids)
            ):
                snapshot.accounts[organization_id] = Account(available, last_sequence)

    async def _load_capped_keys(self, snapshot: Snapshot) -> None:
        """Read again, under the lock, what keys with a cap have spent."""
        capped = {key.key_id for key in snapshot.keys.values() if key.credit_cap is not None}
        if capped:
            for key_id, credits_spent in await self._connection.fetch(SPENT_BY_CAPPED_KEYS, list(capped)):
                snapshot.spent_by_key[key_id] = credits_spent

    async def _lock_buckets(self, calls: Sequence[AdmissionCall], snapshot: Snapshot) -> None:
        """Lock the buckets that no account protects, making those that are missing first."""
        wanted = sorted({(d.subject, d.quota.name) for call in calls for d in call.demands})
        if not wanted:
            return
        rows = await self._connection.fetch(LOCK_BUCKETS, *columns_of(wanted))
        if len(rows) < len(wanted):
            await self._connection.execute(MAKE_BUCKETS, *columns_of(wanted))
            rows = await self._connection.fetch(LOCK_BUCKETS, *columns_of(wanted))
        snapshot.buckets.update({(subject, name): tat_us for subject, name, tat_us in rows})

    async def _load_limits(self, subjects: Sequence[tuple[UUID, UUID]], snapshot: Snapshot) -> None:
        """Read plans and buckets of the locked accounts, and the database's clock."""
        parameters = ([organization_subject(o) for o, _ in subjects], [plan_id for _, plan_id in subjects])
        if not subjects:
            ((now,),) = await self._connection.fetch("SELECT clock_timestamp()")
        else:
            rows = await self._connection.fetch(LIMITS, *parameters)
            now = rows[0][0]
            for _, subject, plan_id, name, quota, period_seconds, burst, tat_us in rows:
                quotas = snapshot.quotas.setdefault(plan_id, {})
                if name is not None:
                    if name not in quotas:
                        quotas[name] = Quota(name, quota, period_seconds, burst)
                    snapshot.buckets[subject, name] = tat_us or 0
        snapshot.now = now
        elapsed = now - EPOCH
        snapshot.now_us = (elapsed.days * 86_400 + elapsed.seconds) * MICROSECONDS + elapsed.microseconds

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
                snapshot.past_charges[organization_id, charge_id] = PastCharge(*columns)


def requests_of(call: AdmissionCall) -> list[AdmissionRequest]:
    """Every request of a call, the caller's own included."""
    return call.requests if call.caller is None else [call.caller, *call.requests]


def columns_of(pairs: Sequence[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """Turn pairs into two parallel arrays."""
    return [first for first, _ in pairs], [second for _, second in pairs]


def admissions_opener(pool: asyncpg.Pool) -> "OpenAdmissions":
    """How the gate opens a batch: a transaction on connections that no request can exhaust."""

    @asynccontextmanager
    async def open_admissions() -> AsyncIterator[AdmissionRepository]:
        async with driver_transaction(pool) as connection:
            yield AdmissionRepository(connection)

    return open_admissions


OpenAdmissions = Callable[[], AbstractAsyncContextManager[AdmissionRepository]]
"""Opens the transaction of one batch."""
