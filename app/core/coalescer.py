"""While one batch is being flushed the next one gathers: work per item falls as load grows.

There is no timer, so an idle caller waits for nothing but its own flush. The coalescer knows nothing of what
it carries.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.exceptions import OverloadedError

Item = TypeVar("Item")
Result = TypeVar("Result")
Flush = Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]


@dataclass(slots=True)
class Waiting(Generic[Item, Result]):
    """An item in the queue, and the caller who waits for it."""

    item: Item
    future: "asyncio.Future[Result]"
    deadline: float


class Coalescer(Generic[Item, Result]):
    """Answers each submitted item from the flush of a whole batch.

    - The queue is bounded and its waiting time too: past either the caller gets OverloadedError.
    - A failing flush is repeated once, then item by item, so that one bad item never fails its neighbours;
      one of `passing_errors` (a dropped connection) that comes twice fails the whole batch, because no item
      is to blame; one of `final_errors` (an unknown outcome) fails it at once: a repetition could do harm.
    - A caller who is cancelled before its flush starts is dropped from it.
    """

    def __init__(
        self,
        flush: Flush[Item, Result],
        *,
        batch_max: int,
        queue_max: int,
        flushes_max: int,
        deadline_seconds: float,
        passing_errors: tuple[type[Exception], ...] = (),
        final_errors: tuple[type[Exception], ...] = (),
        size_of: Callable[[Item], int] = lambda _: 1,
    ) -> None:
        self._flush = flush
        self._batch_max = batch_max
        self._queue_max = queue_max
        self._flushes_max = flushes_max
        self._deadline_seconds = deadline_seconds
        self._passing_errors = passing_errors
        self._final_errors = final_errors
        self._size_of = size_of
        self._queue: deque[Waiting[Item, Result]] = deque()
        self._queued_size = 0
        self._flights: set[asyncio.Task[None]] = set()
        self._expiry: asyncio.TimerHandle | None = None

    async def submit(self, item: Item) -> Result:
        """Queue `item` and wait for its result.

        Raises:
            OverloadedError: the queue is full, or the item waited too long in it.
        """
        size = self._size_of(item)
        if self._queue and self._queued_size + size > self._queue_max:
            raise OverloadedError
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        waiting = Waiting(item, future, loop.time() + self._deadline_seconds)
        self._queue.append(waiting)
        self._queued_size += size
        if len(self._flights) < self._flushes_max:
            self._start_flight()
        if self._expiry is None:
            self._expiry = loop.call_at(waiting.deadline, self._expire)
        return await future

    async def drain(self) -> None:
        """Wait until everything submitted so far is answered."""
        while self._queue or self._flights:
            await asyncio.sleep(0)
            if self._flights:
                await asyncio.wait(self._flights)

    def _start_flight(self) -> None:
        """Not now but soon: whoever arrives in this turn of the loop rides along."""
        flight = asyncio.get_running_loop().create_task(self._fly_on())
        self._flights.add(flight)
        flight.add_done_callback(self._land)

    def _land(self, flight: "asyncio.Task[None]") -> None:
        self._flights.discard(flight)
        if self._queue:
            self._start_flight()

    async def _fly_on(self) -> None:
        """Fly while somebody waits.

        In one task, without a pause: the next flush is under way before the answered callers wake up, so that
        their work and the flush's waiting overlap.
        """
        while batch := self._next_batch():
            await self._fly(batch)

    def _next_batch(self) -> list[Waiting[Item, Result]]:
        batch: list[Waiting[Item, Result]] = []
        room = self._batch_max
        while self._queue:
            size = self._size_of(self._queue[0].item)
            if batch and size > room:
                break
            waiting = self._queue.popleft()
            self._queued_size -= size
            if not waiting.future.done():
                batch.append(waiting)
                room -= size
        return batch

    def _expire(self) -> None:
        """Refuse those who waited too long; the head of the queue is always the oldest."""
        self._expiry = None
        loop = asyncio.get_running_loop()
        while self._queue and self._queue[0].deadline <= loop.time():
            waiting = self._queue.popleft()
            self._queued_size -= self._size_of(waiting.item)
            if not waiting.future.done():
                waiting.future.set_exception(OverloadedError())
        if self._queue:
            self._expiry = loop.call_at(self._queue[0].deadline, self._expire)

    async def _fly(self, batch: list[Waiting[Item, Result]]) -> None:
        """Answer everyone in the batch, come what may."""
        try:
            await self._fly_together(batch)
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.future.cancel()
            raise

    async def _fly_together(self, batch: list[Waiting[Item, Result]]) -> None:
        """Answer the batch; after an error once more; then, if items may be to blame, one by one."""
        for last_try in (False, True):
            try:
                await self._answer(batch)
            except self._final_errors as error:
                return fail(batch, error)
            except self._passing_errors as error:
                if last_try:
                    return fail(batch, error)
            # standards: ignore[ERR002] each caller learns of their own item's error below
            except Exception:  # noqa: BLE001, S112 -- as above
                continue
            else:
                return None
        return await self._fly_alone(batch)

    async def _fly_alone(self, batch: list[Waiting[Item, Result]]) -> None:
        for index, waiting in enumerate(batch):
            try:
                await self._answer([waiting])
            except self._final_errors as error:
                fail([waiting], error)
            except self._passing_errors as error:
                return fail(batch[index:], error)
            except Exception as error:  # noqa: BLE001 -- it is handed to the caller, not swallowed
                fail([waiting], error)
        return None

    async def _answer(self, batch: list[Waiting[Item, Result]]) -> None:
        results = await self._flush([waiting.item for waiting in batch])
        for waiting, result in zip(batch, results, strict=True):
            if not waiting.future.done():
                waiting.future.set_result(result)


def fail(batch: Sequence[Waiting[Item, Result]], error: Exception) -> None:
    """Hand `error` to everyone who still waits."""
    for waiting in batch:
        if not waiting.future.done():
            waiting.future.set_exception(error)
