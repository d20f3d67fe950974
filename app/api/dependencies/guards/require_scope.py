"""The guard of permissions."""

from dataclasses import dataclass

from fastapi import Request

from app.api.dependencies.principal import get_principal
from app.core.exceptions import InsufficientScopeError
from app.core.scopes import Scope


@dataclass(frozen=True)
class RequireScope:
    """Refuse callers whose credential lacks `scope`."""

    scope: Scope

    async def __call__(self, request: Request) -> None:
        """Let the caller pass, or answer 403 naming the scope."""
        principal = await get_principal(request)
        if not principal.has(self.scope):
            raise InsufficientScopeError(self.scope)
