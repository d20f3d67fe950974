"""What the gate writes, as the parallel arrays that its statements take."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.admission import Changes, UsageTally
from app.core.identifiers import new_id


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


def usage_parameters(usage: UsageTally) -> tuple[Any, ...]:
    """A tally of use as one row."""
    return (
        new_id(),
        usage.organization_ids,
        usage.api_key_ids,
        usage.outcomes,
        usage.credits,
        usage.times_us,
        usage.tagged_places,
        usage.tags,
    )


def columns_of(pairs: Sequence[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """Turn pairs into two parallel arrays."""
    return [first for first, _ in pairs], [second for _, second in pairs]


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
