"""What a reporter of leaked keys sends, and what it is told."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.base import ResponseModel
from app.schemas.fields import StorableStr

REPORTS_MAX = 500


class LeakReport(BaseModel):
    """One string that was found; members that are not known are passed over, as the reporter may add some."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "token": "fg_live_4fGh0aQx7LmN2kR9sT1uV3wX5yZ7bC9dE2fG4hJ6kL8mN0pQ",
                    "type": "faregate_api_key",
                    "url": "https://github.example/octo/hello/blob/main/config.py",
                    "source": "content",
                }
            ]
        },
    )

    token: Annotated[StorableStr, Field(min_length=1, max_length=4096)]
    type: Annotated[StorableStr, Field(min_length=1, max_length=200)]
    url: Annotated[StorableStr, Field(max_length=4096)] = ""
    """Where it was found."""
    source: Annotated[StorableStr, Field(max_length=100)] = ""
    """In what kind of place."""


LeakReports = Annotated[list[LeakReport], Field(min_length=1, max_length=REPORTS_MAX)]


class LeakAnswer(ResponseModel):
    """What became of one string; it is not repeated, only its digest."""

    token_hash: Annotated[
        str, Field(description="The SHA-256 of the string, in hexadecimal digits.", examples=["9f86d081..."])
    ]
    token_type: Annotated[str, Field(examples=["faregate_api_key"])]
    label: Annotated[
        Literal["true_positive", "false_positive"], Field(description="Whether it is, or was, a key.")
    ]
