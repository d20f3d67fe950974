"""Conditional requests: `If-Match` guards a write, `If-None-Match` spares a read (RFC 9110, section 13)."""

from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Response, status

from app.api.etag import ANY, strong_versions, weakly_matches
from app.core.preconditions import UNCONDITIONAL, Precondition

B = TypeVar("B")

IfMatchHeader = Annotated[
    list[str] | None,
    Header(alias="If-Match", description="Write only if the object still has this ETag.", examples=[['"3"']]),
]
IfNoneMatchHeader = Annotated[
    list[str] | None,
    Header(
        alias="If-None-Match", description="Answer 304 if the object still has this ETag.", examples=[['"3"']]
    ),
]


async def read_if_match(if_match: IfMatchHeader = None) -> Precondition:
    """The condition of a write; a header that is not understood never lets one through."""
    header = ", ".join(if_match or [ANY])
    return UNCONDITIONAL if header.strip() == ANY else Precondition(strong_versions(header))


class Revalidation:
    """What the client has already, and the short answer if it still is the same."""

    def __init__(self, response: Response, if_none_match: str) -> None:
        self._response = response
        self._header = if_none_match

    def answer(self, body: B, tag: str) -> B | Response:
        """Answer `body` under `tag`, or 304 under the same headers if the client has it."""
        self._response.headers["ETag"] = tag
        if weakly_matches(self._header, tag):
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=dict(self._response.headers))
        return body


async def read_if_none_match(response: Response, if_none_match: IfNoneMatchHeader = None) -> Revalidation:
    """What the client says it has."""
    # A function, because FastAPI would take the class itself for blocking and call it on a thread.
    return Revalidation(response, ", ".join(if_none_match or []))


IfMatchDep = Annotated[Precondition, Depends(read_if_match)]
RevalidationDep = Annotated[Revalidation, Depends(read_if_none_match)]

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has it already: the same ETag, no body."}
}
"""For `responses=` of a route that takes `RevalidationDep`."""
