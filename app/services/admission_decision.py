"""The decision: a pure function of what is asked and what is known.

It asks in this order, and the first "no" is the answer: is there such a credential -> is it enabled, not
expired, not revoked, its owner active -> may this address use it -> scopes -> limits -> credits. All or
nothing: a refused request consumes no limit and no credit. Item by item: a refused item never starves
those behind it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.core.admission import (
    Account,
    Address,
    AdmissionCall,
    AdmissionRequest,
    CallVerdict,
    Changes,
    Code,
    Held,
    LimitDemand,
    NewCharge,
    Presented,
    Snapshot,
    StoredKey,
    StoredSession,
    Verdict,
)
from app.core.gcra import Take
from app.core.identifiers import new_id
from app.core.principal import Principal
from app.services.admission_identity import Identifier, Identity, Policy, address_allowed
from app.services.admission_limits import LimitBook, Use, untouched, uses_of

TOUCH_INTERVAL_SECONDS = 60
"""`last_used_at` is at most this old."""


def decide(
    calls: Sequence[AdmissionCall], snapshot: Snapshot, policy: Policy
) -> tuple[list[CallVerdict], Changes]:
    """Decide a batch in order: the verdicts, and all that they change."""
    batch = BatchDecision(snapshot, policy)
    return [batch.decide_call(call) for call in calls], batch.changes


class BatchDecision:
    """The state of one batch while it is decided: each verdict sees the changes of those before it."""

    def __init__(self, snapshot: Snapshot, policy: Policy) -> None:
        self.changes = Changes()
        self._snapshot = snapshot
        self._identify = Identifier(snapshot, policy).identify
        self._callers: dict[tuple[Presented | None, tuple[str, ...], Address | None], Verdict] = {}
        self._book = LimitBook(snapshot)
        self._limits_of = self._book.limits_of
        self._holder_id: UUID | None = None

    def decide_call(self, call: AdmissionCall) -> CallVerdict:
        """The caller first; then the demands; then each request on its own."""
        caller = self._holder_id = None
        if call.caller is not None:
            unknown = self._unknown_limits(call.requests)
            if unknown and self._refusal(call.caller, self._identify(call.caller.presented)) is None:
                return CallVerdict(None, [], [], unknown)
            caller = self._decide_caller(call.caller, call.request_id)
            if caller.code is not Code.VALID:
                return CallVerdict(caller, [], [])
            self._holder_id = caller.principal.organization_id if caller.principal else None
        elif unknown := self._usable_unknown_limits(call.requests):
            return CallVerdict(None, [], [], unknown)
        demands = self._take_demands(call.demands)
        if demands and any(take.exceeded for take in demands):
            return CallVerdict(caller, demands, [])
        return CallVerdict(caller, demands, [self._decide(r, call.request_id) for r in call.requests])

    def _decide_caller(self, caller: AdmissionRequest, request_id: str | None) -> Verdict:
        """A service key asks again and again: without limits of its own, its answer holds for the batch."""
        asked = caller.presented, caller.scopes, caller.address
        verdict = self._callers.get(asked)
        if verdict is None:
            verdict = self._decide(caller, request_id)
            if not verdict.takes:
                self._callers[asked] = verdict
        return verdict

    def _decide(self, request: AdmissionRequest, request_id: str | None) -> Verdict:
        identity = self._identify(request.presented)
        stored, principal = identity.stored, identity.principal
        if stored is None or principal is None:
            return Verdict(Code.NOT_FOUND)
        account = self._snapshot.accounts[stored.organization_id]
        refusal = self._refusal(request, identity)
        if refusal is not None:
            return Verdict(refusal, principal, 0, account.available)
        self._note_use(stored)
        cost = self._cost(request, stored)
        replay = self._replay(request, cost, principal, stored) if cost and request.charge_id else None
        return replay or self._spend(request, cost, principal, stored, request_id)

    def _spend(
        self,
        request: AdmissionRequest,
        cost: int,
        principal: Principal,
        stored: StoredKey | StoredSession,
        request_id: str | None,
    ) -> Verdict:
        """Take the limits and the credits, or neither."""
        account = self._snapshot.accounts[stored.organization_id]
        uses = self._uses(request, stored, cost)
        takes = [*self._take(uses), *self._slots(request, stored, cost)]
        for take in takes:
            if take.exceeded:
                return Verdict(Code.RATE_LIMITED, principal, 0, account.available, untouched(takes))
        if cost and not self._covers(account, stored, cost):
            return Verdict(Code.INSUFFICIENT_CREDITS, principal, 0, account.available, untouched(takes))
        self._fill(uses, takes)
        if not cost:
            return Verdict(Code.VALID, principal, 0, account.available, takes)
        hold = self._charge(request, cost, principal, stored, request_id)
        charged = cost if hold is None else 0
        return Verdict(Code.VALID, principal, charged, account.available, takes, request.charge_id, hold=hold)

    # Who

    def _note_use(self, stored: StoredKey | StoredSession) -> None:
        if isinstance(stored, StoredKey):
            last = stored.last_used_at
            if last is None or (self._snapshot.now - last).total_seconds() >= TOUCH_INTERVAL_SECONDS:
                self.changes.used_keys.add(stored.key_id)

    # May they

    def _refusal(self, request: AdmissionRequest, identity: Identity) -> Code | None:
        """The first reason in who is calling and what they may; None when there is none."""
        if identity.code is not Code.VALID:
            return identity.code
        stored, principal = identity.stored, identity.principal
        if isinstance(stored, StoredKey) and not address_allowed(request, stored):
            return Code.FORBIDDEN
        if principal is not None and not principal.scopes.issuperset(request.scopes):
            return Code.INSUFFICIENT_SCOPE
        return None

    # How fast

    def _unknown_limits(self, requests: Sequence[AdmissionRequest]) -> list[tuple[int, int]]:
        """Where requests name limits that their plan lacks: (request, limit) indexes."""
        unknown = []
        for index, request in enumerate(requests):
            if not request.limits:
                continue
            stored = self._identify(request.presented).stored
            if stored is not None:
                known = self._limits_of(stored)
                unknown += [(index, i) for i, u in enumerate(request.limits or ()) if u.name not in known]
        return unknown

    def _usable_unknown_limits(self, requests: Sequence[AdmissionRequest]) -> list[tuple[int, int]]:
        """The same where no caller asks: of a credential that is refused anyway, nothing is told."""
        return [
            (index, limit)
            for index, limit in self._unknown_limits(requests)
            if self._refusal(requests[index], self._identify(requests[index].presented)) is None
        ]

    def _uses(self, request: AdmissionRequest, stored: StoredKey | StoredSession, cost: int) -> list[Use]:
        """What the request takes from which limits."""
        limits = self._limits_of(stored)
        if request.limits is None:
            uses = [(limit, limit.quota.weight_of(cost)) for each in limits.values() for limit in each]
        else:
            uses = [(limit, use.weight) for use in request.limits for limit in limits[use.name]]
        return uses + uses_of(request.demands) if request.demands else uses

    def _take(self, uses: Sequence[Use]) -> list[Take]:
        buckets, now_us = self._snapshot.buckets, self._snapshot.now_us
        return [limit.quota.take(buckets[limit.bucket], weight, now_us) for limit, weight in uses]

    def _slots(self, request: AdmissionRequest, stored: StoredKey | StoredSession, cost: int) -> list[Take]:
        """What a hold meets of those that are open; nothing is written, because holds are counted."""
        if request.hold_seconds is None or not cost:
            return []
        taken, now_us = self._snapshot.open_holds.get(stored.organization_id, 0), self._snapshot.now_us
        return [quota.take_slot(taken, now_us) for quota in self._book.slots_of(stored)]

    def _take_demands(self, demands: Sequence[LimitDemand]) -> list[Take]:
        """All of them, or none."""
        if not demands:
            return []
        uses = uses_of(demands)
        takes = self._take(uses)
        if any(take.exceeded for take in takes):
            return untouched(takes)
        self._fill(uses, takes)
        return takes

    def _fill(self, uses: Sequence[Use], takes: Sequence[Take]) -> None:
        # Slots come last, and have no bucket.
        for (limit, weight), take in zip(uses, takes, strict=False):
            if weight:
                bucket = limit.bucket
                self.changes.buckets_before.setdefault(bucket, self._snapshot.buckets[bucket])
                self._snapshot.buckets[bucket] = self.changes.buckets[bucket] = take.tat_us

    # What does it cost

    def _cost(self, request: AdmissionRequest, stored: StoredKey | StoredSession) -> int:
        """Test keys never charge."""
        return 0 if isinstance(stored, StoredKey) and stored.environment == "test" else request.cost

    def _replay(
        self,
        request: AdmissionRequest,
        cost: int,
        principal: Principal,
        stored: StoredKey | StoredSession,
    ) -> Verdict | None:
        """The first verdict again for a charge id that was used; None for a new one."""
        past = self._snapshot.past_charges.get((stored.organization_id, request.charge_id or ""))
        if past is None:
            return None
        available = self._snapshot.accounts[stored.organization_id].available
        asked = (*principal.payer, cost, request.hold_seconds is None)
        if (past.api_key_id, past.user_id, past.cost, past.hold is None) != asked:
            return Verdict(Code.CHARGE_ID_REUSED, principal, 0, available, charge_id=request.charge_id)
        # A limit that is used up by now does not refuse a replay, so it is not shown as exceeded either.
        shown = [take.given_back() for take in self._take(self._uses(request, stored, cost))]
        return Verdict(
            Code.VALID,
            principal,
            cost if past.hold is None else 0,
            past.available_after,
            shown,
            request.charge_id,
            replayed=True,
            hold=past.hold,
        )

    def _covers(self, account: Account, stored: StoredKey | StoredSession, cost: int) -> bool:
        if isinstance(stored, StoredKey) and stored.credit_cap is not None:
            spent = self._snapshot.spent_by_key.get(stored.key_id, 0)
            if spent + cost > stored.credit_cap:
                return False
        return account.available >= cost

    def _charge(
        self,
        request: AdmissionRequest,
        cost: int,
        principal: Principal,
        stored: StoredKey | StoredSession,
        request_id: str | None,
    ) -> Held | None:
        """Take the credits, for good or as a hold."""
        organization_id = stored.organization_id
        account = self._snapshot.accounts[organization_id]
        self.changes.sequences_before.setdefault(organization_id, account.last_sequence)
        account.available -= cost
        account.burned += cost
        account.last_sequence += 1
        hold = self._hold(request, cost, organization_id)
        self.changes.accounts[organization_id] = account
        charge = NewCharge(
            organization_id,
            account.last_sequence,
            cost,
            account.available,
            account.available + account.held,
            account.burned,
            request.reason,
            request.charge_id,
            *principal.payer,
            request_id,
            hold,
            self._holder_id,
        )
        self.changes.charges.append(charge)
        if request.charge_id is not None:
            self._snapshot.past_charges[organization_id, request.charge_id] = charge.as_past()
        if isinstance(stored, StoredKey) and stored.credit_cap is not None:
            before = self._snapshot.spent_by_key.get(stored.key_id, 0)
            self.changes.spent_before.setdefault(stored.key_id, before)
            spent = before + cost
            self._snapshot.spent_by_key[stored.key_id] = self.changes.spent_by_key[stored.key_id] = spent
        return hold

    def _hold(self, request: AdmissionRequest, cost: int, organization_id: UUID) -> Held | None:
        if request.hold_seconds is None:
            return None
        open_holds = self._snapshot.open_holds
        open_holds[organization_id] = open_holds.get(organization_id, 0) + 1
        self._snapshot.accounts[organization_id].held += cost
        return Held(new_id(), cost, self._snapshot.now + timedelta(seconds=request.hold_seconds))
