"""The gate: one coalesced commit decides who is calling, whether they may, how fast, and what it costs."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from app.core.admission import (
    AdmissionCall,
    CallVerdict,
    Changes,
    Code,
    LimitDemand,
    Snapshot,
    UsageTally,
    Verdict,
)
from app.core.coalescer import Coalescer
from app.core.exceptions import (
    CommitOutcomeUnknownError,
    DatabaseUnavailableError,
    NotFoundError,
    OverloadedError,
    RateLimitedError,
    UnavailableError,
)
from app.core.gate_settings import GateSettings
from app.core.gcra import MICROSECONDS, Take, retry_after_seconds
from app.core.usage_settings import UsageSettings
from app.repositories.admission_repository import (
    AdmissionRepository,
    Admissions,
    HeldUpError,
    StaleDecisionError,
)
from app.services.admission_decision import decide
from app.services.admission_identity import Policy
from app.services.usage_recorder import UsageRecorder
from app.services.usage_tally import tally

logger = structlog.get_logger()

USE_DELAY_SECONDS = 1
"""`last_used_at` is written at most this often, and never in the way of an answer."""


SETTLEMENTS_MAX = 3
"""How often a batch is read again because a grant or a hold changed in this very moment."""

HELD_UP_PAUSE_SECONDS = 0.05
"""How long a call stays out of the way whose organization's credits somebody keeps."""

Settle = Callable[[Collection[UUID]], Awaitable[set[UUID]]]
"""Writes down what time alone has done to the credits of these organizations, except of those it returns.

Their accounts are kept by somebody else.
"""


class AdmissionService:
    """Decides calls in batches; every answer leaves after its batch is committed."""

    def __init__(
        self,
        admissions: Admissions,
        policy: Policy,
        settings: GateSettings,
        settle: Settle,
        usage: UsageSettings,
        *,
        patience_seconds: float = 5,
    ) -> None:
        self._admissions = admissions
        self._settle = settle
        self._policy = policy
        self._coalescer: Coalescer[AdmissionCall, CallVerdict] = Coalescer(
            self._flush,
            batch_max=settings.batch_max,
            queue_max=settings.queue_max,
            flushes_max=settings.flushes_max,
            deadline_seconds=settings.deadline_seconds,
            passing_errors=(DatabaseUnavailableError,),
            final_errors=(CommitOutcomeUnknownError,),
            size_of=size_of,
        )
        self._usage = UsageRecorder(admissions) if usage.recorded else None
        self._patience_seconds = patience_seconds
        self._kept: set[UUID] = set()
        """The organizations whose credits somebody was found to keep: no batch waits for them again."""
        self._last_write_us = 0
        self._used_keys: dict[UUID, datetime] = {}
        self._writing: asyncio.Task[None] | None = None

    async def admit(self, call: AdmissionCall) -> CallVerdict:
        """Decide one call, together with those that arrive meanwhile.

        Raises:
            OverloadedError: too many wait.
            DatabaseUnavailableError: PostgreSQL is away; nothing was decided, or (CommitOutcomeUnknownError)
                the connection was lost in the commit: repeat with the same charge id to learn the outcome.
            RateLimitedError: nobody knows the caller's credential, nor those that came before from there.
        """
        call.asked_at = asyncio.get_running_loop().time()
        verdict = await self._coalescer.submit(call)
        while verdict.held_up:
            verdict = await self._submit_later(call)
        if call.stranger is not None and verdict.is_stranger:
            await self.take(call.stranger)
        return verdict

    async def take(self, *demands: LimitDemand) -> list[Take]:
        """Take from limits that need no credential: all of them, or none.

        Raises:
            RateLimitedError: one is used up.
        """
        verdict = await self.admit(AdmissionCall(requests=[], demands=demands))
        raise_when_exceeded(verdict.demands)
        return verdict.demands

    async def refill(self, *buckets: tuple[str, str]) -> None:
        """Let these buckets be full again, by subject and name; what is taken meanwhile stays taken."""
        async with self._admissions.at_once() as repository:
            await repository.refill(buckets)

    async def drain(self) -> None:
        """Let everything that was asked be answered, and noted."""
        await self._coalescer.drain()
        if self._writing is not None:
            await self._writing
        if self._usage is not None:
            await self._usage.close()

    async def _submit_later(self, call: AdmissionCall) -> CallVerdict:
        """Once more, a moment later, as long as anybody would wait for a lock."""
        if asyncio.get_running_loop().time() - call.asked_at >= self._patience_seconds:
            raise DatabaseUnavailableError
        await asyncio.sleep(HELD_UP_PAUSE_SECONDS)
        return await self._coalescer.submit(call)

    async def _flush(self, calls: Sequence[AdmissionCall]) -> Sequence[CallVerdict]:
        """Read, decide, write; what others change or keep meanwhile takes one of the longer ways."""
        async with self._admissions.at_once() as repository:
            snapshot = await self._load_settled(repository, calls)
            if not self._kept.isdisjoint(snapshot.accounts):
                go_on = self._flush_around
            else:
                verdicts, changes = decide(calls, snapshot, self._policy)
                try:
                    await self._write(repository, calls, verdicts, changes, snapshot)
                except StaleDecisionError:
                    go_on = self._flush_under_locks
                except HeldUpError:
                    go_on = self._flush_around
                else:
                    self._note_use(changes.used_keys, snapshot.now)
                    return verdicts
            await repository.make_buckets(snapshot)
        return await go_on(calls, snapshot)

    async def _load_settled(
        self, repository: AdmissionRepository, calls: Sequence[AdmissionCall]
    ) -> Snapshot:
        """Read the batch; accounts that are due are settled first, in transactions of their own."""
        for _ in range(SETTLEMENTS_MAX):
            snapshot = await repository.load(calls)
            due = snapshot.due_accounts() - self._kept
            if not due:
                return snapshot
            self._kept |= await self._settle(due)
        raise OverloadedError

    async def _flush_under_locks(
        self, calls: Sequence[AdmissionCall], lost: Snapshot
    ) -> Sequence[CallVerdict]:
        """Decide again what another node, a grant or a route's own charge was faster than."""
        for _ in range(SETTLEMENTS_MAX):
            try:
                async with self._admissions.in_transaction() as repository:
                    await repository.lock(lost)
                    snapshot = await repository.load(calls)
                    due = snapshot.due_accounts()
                    if not due:
                        return await self._decide_under_locks(repository, calls, snapshot)
            except HeldUpError:
                return await self._flush_around(calls, lost)
            self._kept |= await self._settle(due)
        raise OverloadedError

    async def _flush_around(self, calls: Sequence[AdmissionCall], lost: Snapshot) -> Sequence[CallVerdict]:
        """Decide for everyone but those whose credits somebody keeps, or who are due: they are held up."""
        try:
            async with self._admissions.in_transaction() as repository:
                kept = await repository.lock_free(lost)
                self._kept = (self._kept - lost.accounts.keys()) | kept
                snapshot = await repository.load(calls)
                due = snapshot.due_accounts()
                held_up = [is_held_up(call, snapshot, kept=kept, due=due) for call in calls]
                free = [call for call, waits in zip(calls, held_up, strict=True) if not waits]
                verdicts = iter(await self._decide_under_locks(repository, free, snapshot))
        except HeldUpError as error:
            raise DatabaseUnavailableError from error
        return [CallVerdict(None, [], [], held_up=True) if waits else next(verdicts) for waits in held_up]

    async def _decide_under_locks(
        self, repository: AdmissionRepository, calls: Sequence[AdmissionCall], snapshot: Snapshot
    ) -> Sequence[CallVerdict]:
        verdicts, changes = decide(calls, snapshot, self._policy)
        try:
            await self._write(repository, calls, verdicts, changes, snapshot)
        except StaleDecisionError as error:
            # A plan or a cap was edited in this very moment: refused rather than guessed.
            raise OverloadedError from error
        self._note_use(changes.used_keys, snapshot.now)
        return verdicts

    async def _write(
        self,
        repository: AdmissionRepository,
        calls: Sequence[AdmissionCall],
        verdicts: Sequence[CallVerdict],
        changes: Changes,
        snapshot: Snapshot,
    ) -> None:
        """Write what is decided, and what for; where that changes nothing, the use is noted later."""
        if self._usage is None:
            return await repository.apply(changes, snapshot, UsageTally())
        loop = asyncio.get_running_loop()
        began = loop.time()
        uses = tally(calls, verdicts, now=began, write_us=self._last_write_us)
        if changes.is_empty:
            return self._usage.defer(uses, snapshot.now)
        await repository.apply(changes, snapshot, uses)
        self._last_write_us = int((loop.time() - began) * MICROSECONDS)
        return self._usage.expect()

    def _note_use(self, key_ids: set[UUID], now: datetime) -> None:
        """Remember that keys were used; who they are is written a moment later, for many batches at once."""
        self._used_keys.update(dict.fromkeys(key_ids, now))
        if self._used_keys and self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_uses())
            self._writing.add_done_callback(self._written)

    async def _write_uses(self) -> None:
        await asyncio.sleep(USE_DELAY_SECONDS)
        used, self._used_keys = self._used_keys, {}
        try:
            async with self._admissions.at_once() as repository:
                await repository.touch(used)
        except UnavailableError as error:
            # Nothing hangs on it: the keys' next use is noted again.
            logger.warning("key use not noted", keys=len(used), error=error.code)

    def _written(self, _writing: "asyncio.Task[None]") -> None:
        self._writing = None


def size_of(call: AdmissionCall) -> int:
    """How much of a batch a call fills."""
    return max(1, len(call.requests))


def is_held_up(call: AdmissionCall, snapshot: Snapshot, *, kept: set[UUID], due: set[UUID]) -> bool:
    """Whether a call would move credits that somebody keeps, or show some that are not settled."""
    for request in call.requests:
        holder = snapshot.holder(request.presented)
        if holder is not None and holder.organization_id in (kept | due if request.cost else due):
            return True
    return False


def raise_when_exceeded(takes: list[Take]) -> None:
    """Turn the first exceeded limit into its 429."""
    for take in takes:
        if take.exceeded:
            raise RateLimitedError(take.quota.name, retry_after_seconds=retry_after_seconds(takes))


def raise_when_elsewhere(verdict: Verdict) -> None:
    """Turn a good credential that asks for an organization it does not belong to into a 404."""
    if verdict.code is Code.NOT_FOUND and verdict.principal is not None:
        noun = "organization"
        raise NotFoundError(noun)
