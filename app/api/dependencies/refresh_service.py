"""The service of refreshing."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.session_tokens import SessionTokenIssuerDep
from app.repositories.refresh_token_repository import RefreshTokenRepository
from app.repositories.session_repository import SessionRepository
from app.services.refresh_service import RefreshService


async def get_refresh_service(
    session: SessionDep,
    issuer: SessionTokenIssuerDep,
    audit: AuditServiceDep,
    notices: NoticeServiceDep,
    limits: AuthLimitsDep,
    resources: ResourcesDep,
) -> RefreshService:
    """The service, in the request's unit of work."""
    return RefreshService(
        SessionRepository(session),
        RefreshTokenRepository(session),
        issuer=issuer,
        audit=audit,
        notices=notices,
        limits=limits,
        settings=resources.settings.sessions,
        clock=resources.clock,
    )


RefreshServiceDep = Annotated[RefreshService, Depends(get_refresh_service)]
