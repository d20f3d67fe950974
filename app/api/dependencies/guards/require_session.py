"""The guard of what is about a person's own session or account."""

from dataclasses import dataclass

from fastapi import Request

from app.api.dependencies.principal import get_principal
from app.core.exceptions import SessionRequiredError


@dataclass(frozen=True)
class RequireSession:
    """Refuse API keys: only a signed-in person may go on."""

    async def __call__(self, request: Request) -> None:
        """Let a session pass, or answer 403."""
        principal = await get_principal(request)
        if principal.session_id is None:
            raise SessionRequiredError
