"""The service that completes every way of signing in."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.session_service import SessionServiceDep
from app.repositories.factor_repository import FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.services.sign_in_service import SignInService


async def get_sign_in_service(
    session: SessionDep, sessions: SessionServiceDep, audit: AuditServiceDep, resources: ResourcesDep
) -> SignInService:
    """The service, in the request's unit of work."""
    return SignInService(
        sessions,
        FactorRepository(session),
        PendingSignInRepository(session),
        audit,
        clock=resources.clock,
    )


SignInServiceDep = Annotated[SignInService, Depends(get_sign_in_service)]
