"""The answer of the probes."""

from typing import Literal

from pydantic import Field

from app.schemas.base import ResponseModel


class Health(ResponseModel):
    """A probe that went well; the others are problems."""

    status: Literal["ok"] = Field(examples=["ok"])
