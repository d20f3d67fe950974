"""Workers that are quick to try again, and patience with them."""

import asyncio
from collections.abc import Awaitable, Callable

from app.core.job_settings import JobSettings

PATIENCE_SECONDS = 20
SETTINGS = JobSettings(retry_seconds=0.1, attempts_max=3, timeout_seconds=10, heartbeat_seconds=5)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so, but not for ever."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.02)
