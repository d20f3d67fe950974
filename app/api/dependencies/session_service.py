"""The service of sessions."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.membership_repository import MembershipRepository
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.services.session_service import SessionService


async def get_session_service(session: SessionDep, resources: ResourcesDep) -> SessionService:
    """The service, in the request's unit of work."""
    return SessionService(
        SessionRepository(session),
        RefreshTokenRepository(session),
        MembershipRepository(session),
        access_tokens=resources.access_tokens,
        settings=resources.settings.sessions,
        clock=resources.clock,
    )


SessionServiceDep = Annotated[SessionService, Depends(get_session_service)]
