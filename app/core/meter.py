"""What a call uses of the credits that are held for it."""

from collections.abc import AsyncIterator
from typing import TypeVar

from app.core.exceptions import InsufficientCreditsError

Chunk = TypeVar("Chunk")


class Meter:
    """Counts credits up to those that are held."""

    def __init__(self, max_credits: int) -> None:
        self.max_credits = max_credits
        self.used = 0
        self.is_interrupted = False
        """Whether something was to be streamed and has not come to its end."""

    def use(self, credits: int) -> None:
        """Count credits that the work takes.

        Raises:
            InsufficientCreditsError: more than are held; nothing is counted.
        """
        if credits < 0:
            message = "work takes credits; it never gives any"
            raise ValueError(message)
        if self.used + credits > self.max_credits:
            raise InsufficientCreditsError(required=self.used + credits, available=self.max_credits)
        self.used += credits

    async def stream(self, chunks: AsyncIterator[Chunk]) -> AsyncIterator[Chunk]:
        """Hand on what is streamed; unless it comes to its end, nothing is paid."""
        self.is_interrupted = True
        async for chunk in chunks:
            yield chunk
        self.is_interrupted = False
