"""The guard of permissions."""

from dataclasses import dataclass

from app.api.dependencies.principal import PrincipalDep
from app.core.exceptions import InsufficientScopeError
from app.core.scopes import Scope


@dataclass(frozen=True)
class RequireScope:
    """Refuse callers whose credential lacks `scope`: `Depends(RequireScope(Scope.BLOG_POSTS_WRITE))`."""

    scope: Scope

    async def __call__(self, principal: PrincipalDep) -> None:
        """Let the caller pass, or answer 403 naming the scope."""
        if not principal.has(self.scope):
            raise InsufficientScopeError(self.scope)
