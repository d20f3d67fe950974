"""A document of somebody else's that changes rarely: kept for a while, and kept on when it cannot be had."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from app.adapters.outbound_client import OutboundError
from app.core.clock import Clock

T = TypeVar("T")

LIFETIME = timedelta(hours=1)
COOLDOWN = timedelta(seconds=60)
"""Whatever is asked of us, the other side is not asked more often than this."""
RETRY = timedelta(seconds=5)
"""How soon a document that could not be had is asked for again."""

log = structlog.get_logger()


class CachedDocument(Generic[T]):
    """Fetches once for all who wait."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], *, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._document: T | None = None
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    async def get(self) -> T:
        """The document, at most an hour old unless it cannot be had.

        Raises:
            OutboundError: it cannot be had, and never could.
        """
        return await self._get(LIFETIME, RETRY)

    async def renew(self) -> T:
        """The document as it is now, or was less than a minute ago: for who misses something in it.

        Raises:
            OutboundError: it cannot be had, and never could.
        """
        return await self._get(timedelta(0), COOLDOWN)

    async def _get(self, age_max: timedelta, pause: timedelta) -> T:
        async with self._lock:
            now = self._clock()
            is_fresh = self._fetched_at is not None and now - self._fetched_at < age_max
            has_just_tried = self._tried_at is not None and now - self._tried_at < pause
            if not is_fresh and not has_just_tried:
                await self._try(now)
            if self._document is None:
                raise OutboundError("the document could not be had a moment ago")
            return self._document

    async def _try(self, now: datetime) -> None:
        self._tried_at = now
        try:
            self._document = await self._fetch()
            self._fetched_at = now
        except OutboundError as error:
            if self._document is None:
                raise
            # What was good an hour ago is better than nobody signing in.
            log.warning("document_kept", reason=str(error))
