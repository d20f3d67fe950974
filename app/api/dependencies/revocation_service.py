"""The service of revocation."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.services.revocation_service import RevocationService


async def get_revocation_service(
    session: SessionDep, audit: AuditServiceDep, limits: AuthLimitsDep, resources: ResourcesDep
) -> RevocationService:
    """The service, in the request's unit of work."""
    return RevocationService(
        SessionRepository(session),
        RefreshTokenRepository(session),
        access_tokens=resources.access_tokens,
        audit=audit,
        limits=limits,
        clock=resources.clock,
    )


RevocationServiceDep = Annotated[RevocationService, Depends(get_revocation_service)]
