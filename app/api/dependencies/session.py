"""The request's unit of work. There is one alias, and nobody else commits."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.dependencies.resources import resources_of
from app.core.database import transaction


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One session per request, committed before the response is sent."""
    async with transaction(resources_of(request.scope).engine) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]
