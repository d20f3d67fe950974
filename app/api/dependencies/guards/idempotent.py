"""The guard of repetition."""

from dataclasses import dataclass

from fastapi import Request

from app.api.dependencies.attempt import Attempt
from app.api.dependencies.principal import get_principal


@dataclass(frozen=True)
class Idempotent:
    """Let a request with an `Idempotency-Key` do its work once; whoever repeats it gets the answer again.

    It comes after the guards of who may call and how fast: what was answered is told to nobody who may not
    call any more.
    """

    async def __call__(self, request: Request) -> None:
        """Go on, or answer as before; 409 while that is still being found, 422 for another body."""
        attempt: Attempt | None = request.scope["state"].get("attempt")
        if attempt is not None:
            await attempt.begin(request, await get_principal(request))
