"""The two shapes of data: what comes in is closed, what goes out is read from entities."""

from pydantic import BaseModel, ConfigDict


class RequestModel(BaseModel):
    """A body from outside: unknown members are refused, and nothing is changed after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseModel(BaseModel):
    """A body for outside, read from an entity's attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
