"""The service of people."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.user_repository import UserRepository
from app.services.user_service import UserService


async def get_user_service(session: SessionDep, audit: AuditServiceDep) -> UserService:
    """The service, in the request's unit of work."""
    return UserService(UserRepository(session), audit)


UserServiceDep = Annotated[UserService, Depends(get_user_service)]
