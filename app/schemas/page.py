"""Lists: numbered pages for collections, cursors for streams that only grow."""

import base64
import binascii
from typing import Annotated, Generic, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import PlainInteger

T = TypeVar("T")

PAGE_MAX = 1_000_000
SIZE_MAX = 100
POSITION_MAX = 2**63 - 1
POSITION_BYTES = 8


class PageParams(RequestModel):
    """Which page of a collection; inherit from it to add filters and a sort order."""

    page: Annotated[PlainInteger, Field(ge=1, le=PAGE_MAX, description="The page, from 1.")] = 1
    size: Annotated[PlainInteger, Field(ge=1, le=SIZE_MAX, description="Items per page.")] = 20

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.page - 1) * self.size


class Page(ResponseModel, Generic[T]):
    """One page of a collection; a page past the end is empty."""

    items: list[T]
    total: Annotated[int, Field(description="Items on all pages together.", examples=[41])]
    page: Annotated[int, Field(examples=[1])]
    size: Annotated[int, Field(examples=[20])]
    pages: Annotated[int, Field(description="Number of the last page; 0 when there is none.", examples=[3])]


def encode_cursor(position: int) -> str:
    """Hide a position of a stream in a text that clients hand back unread."""
    return base64.urlsafe_b64encode(position.to_bytes(POSITION_BYTES)).rstrip(b"=").decode()


def decode_cursor(cursor: object) -> int:
    """Read a text that `encode_cursor` made; any other is a ValueError."""
    message = "must be a next_cursor that this list has answered"
    try:
        position = int.from_bytes(base64.urlsafe_b64decode(f"{cursor}="))
    except (binascii.Error, ValueError) as error:
        raise ValueError(message) from error
    # Comparing with the text made anew refuses every other spelling, and whatever BIGINT cannot hold.
    if position > POSITION_MAX or encode_cursor(position) != cursor:
        raise ValueError(message)
    return position


Cursor = Annotated[
    int,
    BeforeValidator(decode_cursor),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{11}$"}),
]


class CursorParams(RequestModel):
    """Where to read on in a stream; without a cursor, at its newest entry."""

    cursor: Annotated[Cursor | None, Field(description="The last answer's `next_cursor`.")] = None
    size: Annotated[PlainInteger, Field(ge=1, le=SIZE_MAX, description="Items per answer.")] = 20


class CursorPage(ResponseModel, Generic[T]):
    """A stretch of a stream."""

    items: list[T]
    next_cursor: Annotated[
        str | None,
        Field(
            description="Hand this back as `cursor` to read on; null at the end.", examples=["AAAAAAAAACo"]
        ),
    ]
