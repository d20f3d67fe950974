"""Passwords: Argon2id hashing that never holds up the event loop."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from threading import BoundedSemaphore
from typing import TypeVar

import argon2
from argon2.exceptions import Argon2Error, InvalidHashError

from app.core.exceptions import OverloadedError

R = TypeVar("R")


class PasswordCheck(Enum):
    """What comparing a password with a stored hash says."""

    WRONG = auto()
    RIGHT = auto()
    RIGHT_BUT_OUTDATED = auto()
    """Right; the stored hash was made with other parameters than today's."""


class PasswordHasher:
    """Hashes and compares passwords on a few threads of its own: a flood of logins costs bounded memory.

    What is waiting is bounded too: beyond that the caller is told to come back, before any work is done.
    """

    def __init__(
        self,
        *,
        memory_kib: int,
        iterations: int,
        parallelism: int,
        concurrency: int,
        queue_max: int,
    ) -> None:
        self._argon2 = argon2.PasswordHasher(
            time_cost=iterations, memory_cost=memory_kib, parallelism=parallelism
        )
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="password")
        self._places = BoundedSemaphore(concurrency + queue_max)
        # Compared with when there is nothing to compare with. Made with the current parameters, so that an
        # unknown account costs what a known one does.
        self._decoy = self._argon2.hash(secrets.token_urlsafe(32))

    async def hash(self, password: str) -> str:
        """A salted hash to store.

        Raises:
            OverloadedError: too many passwords are waiting already.
        """
        return await self._run(lambda: self._argon2.hash(encode(password)))

    async def check(self, password: str, stored_hash: str | None) -> PasswordCheck:
        """Compare; no account, no password and an unreadable hash cost the same work and are WRONG.

        Raises:
            OverloadedError: too many passwords are waiting already.
        """
        return await self._run(lambda: self._compare(encode(password), stored_hash))

    def close(self) -> None:
        """Give the threads back; what still waits is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], R]) -> R:
        if not self._places.acquire(blocking=False):
            raise OverloadedError
        try:
            future = self._threads.submit(work)
        except RuntimeError:
            self._places.release()
            raise OverloadedError from None
        # Released by the work itself: a caller that gives up leaves its work running.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def _compare(self, password: bytes, stored_hash: str | None) -> PasswordCheck:
        if stored_hash is None or not is_readable(stored_hash):
            self._matches(password, self._decoy)
            return PasswordCheck.WRONG
        if not self._matches(password, stored_hash):
            return PasswordCheck.WRONG
        if self._argon2.check_needs_rehash(stored_hash):
            return PasswordCheck.RIGHT_BUT_OUTDATED
        return PasswordCheck.RIGHT

    def _matches(self, password: bytes, stored_hash: str) -> bool:
        try:
            return self._argon2.verify(stored_hash, password)
        except (Argon2Error, InvalidHashError):
            return False


def is_readable(stored_hash: str) -> bool:
    """Whether this is an Argon2 hash at all, so that comparing with it does the work."""
    try:
        argon2.extract_parameters(stored_hash)
    except (InvalidHashError, ValueError):
        return False
    return True


def encode(password: str) -> bytes:
    """The password as it was given: nothing trimmed, folded or cut."""
    return password.encode("utf-8", "surrogatepass")
