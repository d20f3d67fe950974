"""The guard of what a session left open on somebody's desk must not do."""

from dataclasses import dataclass

from fastapi import Request

from app.api.dependencies.principal import get_principal
from app.api.dependencies.resources import resources_of
from app.core.exceptions import (
    ImpersonationRefusedError,
    ReauthenticationRequiredError,
    SessionRequiredError,
)
from app.core.principal import PrincipalType

MAX_AGE_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class RequireFreshSession:
    """Refuse sessions whose person has not proved lately who they are."""

    accepts_keys: bool = False
    """Whether an API key may go on: nobody sits before it who could prove anything anew."""
    max_age_seconds: int = MAX_AGE_SECONDS

    async def __call__(self, request: Request) -> None:
        """Let the session pass, or answer 403 with the age that would do; an API key is no session."""
        principal = await get_principal(request)
        if self.accepts_keys and principal.type is PrincipalType.API_KEY:
            return
        if principal.impersonator_id is not None:
            raise ImpersonationRefusedError
        if principal.authenticated_at is None:
            raise SessionRequiredError
        age = resources_of(request.scope).clock() - principal.authenticated_at
        if age.total_seconds() > self.max_age_seconds:
            raise ReauthenticationRequiredError(max_age_seconds=self.max_age_seconds)
