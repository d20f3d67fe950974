"""The gate: one coalesced commit decides who is calling, whether they may, how fast, and what it costs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
from app.repositories.admission_repository import AdmissionRepository, Admissions, StaleDecisionError
from app.services.admission_decision import decide
from app.services.admission_identity import Policy
from app.services.usage_recorder import UsageRecorder
from app.services.usage_tally import tally

logger = structlog.get_logger()

USE_DELAY_SECONDS = 1
"""`last_used_at` is written at most this often, and never in the way of an answer."""


SETTLEMENTS_MAX = 3
"""How often a batch is read again because a grant or a hold changed in this very moment."""

Settle = Callable[[Sequence[UUID]], Awaitable[None]]
"""Writes down what time alone has done to the credits of these organizations."""


class AdmissionService:
    """Decides calls in batches; every answer leaves after its batch is committed."""

    def __init__(
        self,
        admissions: Admissions,
        policy: Policy,
        settings: GateSettings,
        settle: Settle,
        usage: UsageSettings,
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

    async def _flush(self, calls: Sequence[AdmissionCall]) -> Sequence[CallVerdict]:
        async with self._admissions.at_once() as repository:
            snapshot = await self._load_settled(repository, calls)
            verdicts, changes = decide(calls, snapshot, self._policy)
            try:
                await self._write(repository, calls, verdicts, changes, snapshot)
            except StaleDecisionError:
                lost = snapshot
                await repository.make_buckets(lost)
            else:
                self._note_use(changes.used_keys, snapshot.now)
                return verdicts
        return await self._flush_under_locks(calls, lost)

    async def _load_settled(
        self, repository: AdmissionRepository, calls: Sequence[AdmissionCall]
    ) -> Snapshot:
        """Read the batch; accounts that are due are settled first, in transactions of their own."""
        for _ in range(SETTLEMENTS_MAX):
            snapshot = await repository.load(calls)
            due = snapshot.due_accounts()
            if not due:
                return snapshot
            await self._settle(due)
        raise OverloadedError

    async def _flush_under_locks(
        self, calls: Sequence[AdmissionCall], lost: Snapshot
    ) -> Sequence[CallVerdict]:
        """Decide again what another node, a grant or a route's own charge was faster than."""
        for _ in range(SETTLEMENTS_MAX):
            async with self._admissions.in_transaction() as repository:
                await repository.lock(lost)
                snapshot = await repository.load(calls)
                due = snapshot.due_accounts()
                if not due:
                    return await self._decide_under_locks(repository, calls, snapshot)
            await self._settle(due)
        raise OverloadedError

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
