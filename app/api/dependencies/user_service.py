"""The service of people."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.session import SessionDep
from app.repositories.user_repository import UserRepository
from app.services.user_service import UserService


async def get_user_service(session: SessionDep) -> UserService:
    """The service, in the request's unit of work."""
    return UserService(UserRepository(session))


UserServiceDep = Annotated[UserService, Depends(get_user_service)]
