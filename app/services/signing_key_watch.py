"""Every process learns within seconds which keys sign and verify."""

import asyncio
from contextlib import suppress

import structlog

from app.core.access_tokens import AccessTokens
from app.core.database import reason_of
from app.core.exceptions import UnavailableError
from app.services.signing_key_service import SigningKeyService

logger = structlog.get_logger()

REFRESH_SECONDS = 5.0
PAUSE_SECONDS = 1.0
"""Between two readings, however many unknown keys are asked for."""
IMPATIENT_SECONDS = 0.1
"""The same as long as there are no keys at all: a database that is being migrated is ready any moment."""


class SigningKeyWatch:
    """Keeps the keys of one process fresh, in the background: no request waits for it."""

    def __init__(
        self,
        signing_keys: SigningKeyService,
        access_tokens: AccessTokens,
        *,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._signing_keys = signing_keys
        self._access_tokens = access_tokens
        self._pause_seconds = pause_seconds
        self._wanted = asyncio.Event()
        self._last_reason: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the keys, if the database is there already, and go on watching.

        Raises:
            UnreadableSecretError: a key cannot be decrypted; without it, serving would end all sessions.
        """
        with suppress(UnavailableError):
            await self._refresh()
        self._access_tokens.on_unknown_key = self._wanted.set
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._pause_seconds if self._access_tokens.has_keys else IMPATIENT_SECONDS)
            if self._access_tokens.has_keys:
                # Not wait_for(): until Python 3.12 it swallowed a cancellation that came with the event.
                with suppress(TimeoutError):
                    async with asyncio.timeout(REFRESH_SECONDS - self._pause_seconds):
                        await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._refresh()
            except UnavailableError as error:
                # The gate is asked about every token as well, and without a database it lets nobody through.
                self._complain(reason_of(error))
            except Exception:
                logger.exception("signing keys not read")

    async def _refresh(self) -> None:
        self._access_tokens.use(await self._signing_keys.load())
        self._last_reason = None

    def _complain(self, reason: str) -> None:
        """Say why once, not ten times a second."""
        if reason != self._last_reason:
            logger.warning("signing keys not read", reason=reason)
            self._last_reason = reason
