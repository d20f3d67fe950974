"""Which limits a credential fills, and whose buckets they are.

An organization's own limits stand in the place of its plan's of the same name; a key's own limits are taken
besides, from buckets of the key alone. Who asks for a limit by its name asks for both.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.core.admission import (
    LimitDemand,
    Snapshot,
    StoredKey,
    StoredSession,
    key_subject,
    organization_subject,
)
from app.core.gcra import LimitUnit, Quota, Take


class Limit(NamedTuple):
    """A quota, and the bucket that it bounds: whose, and by which name."""

    bucket: tuple[str, str]
    quota: Quota


Use = tuple[Limit, int]
"""A limit, and what is taken from it."""

Limits = dict[str, list[Limit]]
"""By the name that they are asked for by."""


class LimitBook:
    """Looks up the limits of the credentials of one batch; each set is made once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._limits: dict[tuple[UUID, UUID, UUID | None], Limits] = {}

    def limits_of(self, stored: StoredKey | StoredSession) -> Limits:
        """All limits that count for this credential, the shared ones first."""
        key = stored if isinstance(stored, StoredKey) and stored.own_limits else None
        whose = stored.plan_id, stored.organization_id, None if key is None else key.key_id
        limits = self._limits.get(whose)
        if limits is None:
            limits = self._limits[whose] = self._shared(stored)
            if key is not None:
                add_own(limits, key)
        return limits

    def slots_of(self, stored: StoredKey | StoredSession) -> list[Quota]:
        """How many holds the organization may have open, if that is limited."""
        quotas = self._snapshot.quotas[stored.plan_id] | by_name(stored.organization_limits)
        return [quota for quota in quotas.values() if quota.unit is LimitUnit.IN_FLIGHT]

    def _shared(self, stored: StoredKey | StoredSession) -> Limits:
        quotas = self._snapshot.quotas[stored.plan_id] | by_name(stored.organization_limits)
        subject = organization_subject(stored.organization_id)
        return {
            name: [Limit((subject, name), quota)]
            for name, quota in quotas.items()
            if quota.unit is not LimitUnit.IN_FLIGHT
        }


def by_name(quotas: list[Quota] | None) -> dict[str, Quota]:
    """Limits as plans have them."""
    return {quota.name: quota for quota in quotas or ()}


def add_own(limits: Limits, key: StoredKey) -> None:
    """Add the limits of the key alone."""
    for quota in key.own_limits or ():
        limit = Limit((key_subject(key.key_id), quota.name), quota)
        limits.setdefault(quota.asked_for_by, []).append(limit)


def untouched(takes: Sequence[Take]) -> list[Take]:
    """The same limits for a call that is refused: those that would have passed stand as they were."""
    return [take if take.exceeded else take.given_back() for take in takes]


def uses_of(demands: Sequence[LimitDemand]) -> list[Use]:
    """What limits that calls themselves name are asked for."""
    return [(Limit((each.subject, each.quota.name), each.quota), each.weight) for each in demands]
