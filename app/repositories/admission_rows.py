"""What the gate reads, as the values that it decides on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from app.core.admission import (
    Account,
    AdmissionCall,
    AdmissionRequest,
    Held,
    PastCharge,
    Snapshot,
    StoredKey,
    StoredSession,
    key_subject,
    organization_subject,
)
from app.core.gcra import OWN, LimitUnit, Quota

H = TypeVar("H", StoredKey, StoredSession)


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


def demanded_buckets(calls: Iterable[AdmissionCall]) -> set[tuple[str, str]]:
    """The buckets of limits that calls themselves name."""
    demands = [each for call in calls for each in call.demands]
    demands += [each for call in calls for request in call.requests for each in request.demands]
    return {(each.subject, each.quota.name) for each in demands}


def own_buckets(snapshot: Snapshot) -> set[tuple[str, str]]:
    """The buckets of limits that do not come from plans."""
    buckets = set()
    for holder in snapshot.holders():
        for quota in holder.organization_limits or ():
            buckets.add((organization_subject(holder.organization_id), quota.name))
        if isinstance(holder, StoredKey):
            for quota in holder.own_limits or ():
                buckets.add((key_subject(holder.key_id), quota.name))
    return buckets


def charge_ids_of(requests: Iterable[AdmissionRequest], snapshot: Snapshot) -> set[tuple[UUID, str]]:
    """The charge ids that are asked for, each of an organization."""
    return {
        (holder.organization_id, request.charge_id)
        for request in requests
        if request.charge_id is not None and (holder := snapshot.holder(request.presented)) is not None
    }


def crowded_by(requests: Iterable[AdmissionRequest], snapshot: Snapshot) -> set[UUID]:
    """The organizations of which one more hold is asked, and which may not have any number open."""
    return {
        holder.organization_id
        for request in requests
        if request.hold_seconds is not None
        and (holder := snapshot.holder(request.presented)) is not None
        and has_slots(snapshot, holder)
    }


def has_slots(snapshot: Snapshot, holder: StoredKey | StoredSession) -> bool:
    """Whether the organization may not have any number of holds open."""
    quotas = [*snapshot.quotas[holder.plan_id].values(), *(holder.organization_limits or ())]
    return any(quota.unit is LimitUnit.IN_FLIGHT for quota in quotas)


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
