"""The request's unit of work. There is one alias, and nobody else commits."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.dependencies.resources import resources_of
from app.core.database import part_of, transaction


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One session per request, committed before the response is sent."""
    attempt = request.scope["state"].get("attempt")
    # What is attempted under an idempotency key is committed together with its answer.
    unit = part_of(attempt.session) if attempt else transaction(resources_of(request.scope).engine)
    async with unit as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]
