"""The process's resources, for the other dependencies of this room."""

from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.types import Scope

from app.api.resources import Resources


def resources_of(scope: Scope) -> Resources:
    """The resources that `main` built, for the application that answers this request."""
    return cast("Resources", scope["app"].state.resources)


async def get_resources(request: Request) -> Resources:
    """The same, to be injected."""
    return resources_of(request.scope)


ResourcesDep = Annotated[Resources, Depends(get_resources)]
