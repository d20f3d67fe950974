"""The service that completes every way of signing in."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.session_service import SessionServiceDep
from app.services.sign_in_service import SignInService


async def get_sign_in_service(sessions: SessionServiceDep, audit: AuditServiceDep) -> SignInService:
    """The service, in the request's unit of work."""
    return SignInService(sessions, audit)


SignInServiceDep = Annotated[SignInService, Depends(get_sign_in_service)]
