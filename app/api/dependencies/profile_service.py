"""The service of the caller's own profile."""

from typing import Annotated

from fastapi import Depends, Request

from app.api.dependencies.resources import resources_of
from app.repositories.user_repository import users_opener
from app.services.profile_service import ProfileService


async def get_profile_service(request: Request) -> ProfileService:
    """The service, outside of a transaction."""
    return ProfileService(users_opener(resources_of(request.scope).engine))


ProfileServiceDep = Annotated[ProfileService, Depends(get_profile_service)]
