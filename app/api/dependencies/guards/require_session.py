"""The guard of what is about a person's own session or account."""

from dataclasses import dataclass

from fastapi import Request

from app.api.dependencies.principal import get_principal
from app.core.exceptions import ImpersonationRefusedError, SessionRequiredError

SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class RequireSession:
    """Refuse API keys: only a signed-in person may go on, and an operator who acts for them may look."""

    admits_impersonators: bool = False
    """Whether such an operator may do it, too, although it changes something."""

    async def __call__(self, request: Request) -> None:
        """Let a session pass, or answer 403."""
        principal = await get_principal(request)
        if principal.session_id is None:
            raise SessionRequiredError
        touches = request.method not in SAFE_METHODS and not self.admits_impersonators
        if principal.impersonator_id is not None and touches:
            raise ImpersonationRefusedError
