"""The service of signing in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine

from app.api.dependencies.request_limiter import RequestLimiterDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session_service import SessionServiceDep
from app.core.database import transaction
from app.repositories.user_repository import UserRepository
from app.services.auth_limits import AuthLimits
from app.services.auth_service import AuthService, OpenUsers


async def get_auth_service(
    sessions: SessionServiceDep, limiter: RequestLimiterDep, resources: ResourcesDep
) -> AuthService:
    """The service; its sessions belong to the request's unit of work."""
    return AuthService(
        users_opener(resources.engine),
        sessions,
        hasher=resources.password_hasher,
        limits=AuthLimits(limiter, resources.settings.limits),
    )


def users_opener(engine: AsyncEngine) -> OpenUsers:
    """How to look at users for a moment, in a transaction that ends before a password is compared."""

    @asynccontextmanager
    async def open_users() -> AsyncIterator[UserRepository]:
        async with transaction(engine) as session:
            yield UserRepository(session)

    return open_users


AuthServiceDep = Annotated[AuthService, Depends(get_auth_service)]
