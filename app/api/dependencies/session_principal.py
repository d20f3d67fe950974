"""A caller who has signed in: what is about a session is no business of an API key."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.api.dependencies.principal import PrincipalDep
from app.core.exceptions import SessionRequiredError
from app.core.person import Person


async def get_session_id(principal: PrincipalDep) -> UUID:
    """The session that calls.

    Raises:
        SessionRequiredError: an API key calls.
    """
    if principal.session_id is None:
        raise SessionRequiredError
    return principal.session_id


SessionIdDep = Annotated[UUID, Depends(get_session_id)]


async def get_person(principal: PrincipalDep) -> Person:
    """The person whose session calls.

    Raises:
        SessionRequiredError: an API key calls.
    """
    if principal.person is None:
        raise SessionRequiredError
    return principal.person


PersonDep = Annotated[Person, Depends(get_person)]
