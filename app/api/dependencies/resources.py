"""The process's resources, for the other dependencies of this room."""

from typing import Annotated, cast

from fastapi import Depends, Request

from app.api.resources import Resources


async def get_resources(request: Request) -> Resources:
    """The resources that `main` built."""
    return cast(Resources, request.app.state.resources)


ResourcesDep = Annotated[Resources, Depends(get_resources)]
