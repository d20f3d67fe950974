"""Use that no write of the gate carried is noted a moment later, and tallies become rollups."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from app.core.admission import UsageTally
from app.core.exceptions import UnavailableError
from app.repositories.admission_repository import AdmissionRepository, Admissions
from app.repositories.usage_statements import FOLD_PORTION

logger = structlog.get_logger()

NOTE_SECONDS = 1
"""Refusals and free checks change nothing; their use is noted this often, or lost in a crash."""
FOLD_EVERY = 10
"""Tallies are folded at every tenth of these moments: whoever reads folds the last ones first."""


class UsageRecorder:
    """Works in the background, and only while there is use; never in the way of an answer."""

    def __init__(self, admissions: Admissions) -> None:
        self._admissions = admissions
        self._deferred = UsageTally()
        self._decided_at: datetime | None = None
        self._is_fresh = False
        self._work: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def defer(self, usage: UsageTally, decided_at: datetime) -> None:
        """Note use that nothing was written with."""
        if usage:
            self._deferred.extend(usage)
            self._decided_at = decided_at
            self.expect()

    def expect(self) -> None:
        """There is something to fold, soon."""
        self._is_fresh = True
        if self._work is None:
            self._work = asyncio.get_running_loop().create_task(self._record())
            self._work.add_done_callback(self._finished)

    async def close(self) -> None:
        """Note what is deferred, now; what is not folded yet is folded by whoever is next."""
        self._closing.set()
        if self._work is not None:
            await self._work

    async def _record(self) -> None:
        """Until there was no use between two folds."""
        while self._is_fresh:
            self._is_fresh = False
            for _ in range(FOLD_EVERY):
                await self._pause()
                await self._try(self._note)
                if self._closing.is_set():
                    return
            await self._try(self._fold)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(NOTE_SECONDS):
                await self._closing.wait()
        except TimeoutError:
            return

    async def _try(self, act: Callable[[AdmissionRepository], Awaitable[None]]) -> None:
        try:
            async with self._admissions.at_once() as repository:
                await act(repository)
        except UnavailableError as error:
            # Tallies wait for the next fold; only what was deferred is lost.
            logger.warning("usage not recorded", act=act.__name__.strip("_"), error=error.code)

    async def _note(self, repository: AdmissionRepository) -> None:
        usage, self._deferred = self._deferred, UsageTally()
        if self._decided_at is not None and usage:
            await repository.note_usage(usage, self._decided_at)

    async def _fold(self, repository: AdmissionRepository) -> None:
        while await repository.fold_usage() == FOLD_PORTION:
            continue

    def _finished(self, _work: "asyncio.Task[None]") -> None:
        self._work = None
