"""The service of sessions."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.session_tokens import SessionTokenIssuerDep
from app.repositories.membership_repository import MembershipRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.session_service import SessionService


async def get_session_service(
    session: SessionDep, issuer: SessionTokenIssuerDep, audit: AuditServiceDep, resources: ResourcesDep
) -> SessionService:
    """The service, in the request's unit of work."""
    return SessionService(
        SessionRepository(session),
        UserRepository(session),
        MembershipRepository(session),
        issuer=issuer,
        audit=audit,
        settings=resources.settings.sessions,
        clock=resources.clock,
    )


SessionServiceDep = Annotated[SessionService, Depends(get_session_service)]
