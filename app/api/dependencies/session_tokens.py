"""The maker of sessions' tokens."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.services.session_tokens import SessionTokenIssuer


async def get_session_token_issuer(session: SessionDep, resources: ResourcesDep) -> SessionTokenIssuer:
    """The issuer, in the request's unit of work."""
    return SessionTokenIssuer(
        RefreshTokenRepository(session), resources.access_tokens, resources.settings.sessions
    )


SessionTokenIssuerDep = Annotated[SessionTokenIssuer, Depends(get_session_token_issuer)]
