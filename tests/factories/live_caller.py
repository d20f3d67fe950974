"""Somebody who may do everything, for the checker of the standards: `caller` of `[tool.standards]`."""

from collections.abc import Mapping

from fastapi import FastAPI

from tests.factories.world import World


async def sign_in(app: FastAPI) -> Mapping[str, str]:
    """The headers of an operator's fresh session."""
    operator = await World(app.state.resources).operator()
    return operator.headers
