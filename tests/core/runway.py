"""A flush under the test's control, and callers for it."""

import asyncio

from app.core.coalescer import Coalescer


class Runway:
    """Notes every batch that flies, lets it land when told, and answers or fails as told."""

    def __init__(self, answer=str.upper, *, turns=0):
        self.batches = []
        self.aloft = 0
        self.most_aloft = 0
        self.failures = {}
        """Number of the flush (from 0) -> the error it fails with."""
        self.bad_items = {}
        """Item -> the error that every flush with it fails with."""
        self._answer = answer
        self._turns = turns
        self._clear = asyncio.Event()
        self._clear.set()

    def hold(self):
        """Keep flights aloft until `release`."""
        self._clear.clear()

    def release(self):
        """Let them land."""
        self._clear.set()

    async def flush(self, items):
        """One flight."""
        number = len(self.batches)
        self.batches.append(list(items))
        self.aloft += 1
        self.most_aloft = max(self.most_aloft, self.aloft)
        try:
            for _ in range(self._turns):
                await asyncio.sleep(0)
            await self._clear.wait()
            for error in (self.failures.get(number), *map(self.bad_items.get, items)):
                if error is not None:
                    raise error
            return [self._answer(item) for item in items]
        finally:
            self.aloft -= 1


def open_coalescer(runway, **options):
    """A coalescer over the runway: one flight at a time, patient, unless told otherwise."""
    defaults = {"batch_max": 100, "queue_max": 1_000, "flushes_max": 1, "deadline_seconds": 60}
    return Coalescer(runway.flush, **{**defaults, **options})


def submit_all(coalescer, items):
    """One caller per item, all in this moment."""
    return [asyncio.create_task(coalescer.submit(item)) for item in items]


async def turn():
    """Let everything happen that waits for nothing but its turn."""
    for _ in range(8):
        await asyncio.sleep(0)
