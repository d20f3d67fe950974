"""Problem details (RFC 9457): the one shape of every error."""

from typing import Any

from pydantic import ConfigDict, Field

from app.core.exceptions import AppError
from app.core.redaction import redact_text
from app.schemas.base import ResponseModel

PROBLEM_MEDIA_TYPE = "application/problem+json"


class FieldProblem(ResponseModel):
    """One thing that is wrong with one field of the body, or with one parameter."""

    pointer: str | None = Field(
        None, description="RFC 6901 JSON pointer into the body.", examples=["/items/0/cost"]
    )
    parameter: str | None = Field(None, description="The query, path or header parameter.", examples=["size"])
    detail: str = Field(description="What is wrong, for people.", examples=["Must be at least 0."])
    code: str = Field(description="What is wrong, for programs.", examples=["greater_than_equal"])


class Problem(ResponseModel):
    """A problem document; `code` is stable, the sentences are not."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A page that explains this code.", examples=["/problems/not_found"])
    title: str = Field(description="The kind of problem, for people.", examples=["Not found"])
    status: int = Field(description="The HTTP status.", ge=400, le=599, examples=[404])
    detail: str = Field(description="This very case, for people.", examples=["There is no such resource."])
    instance: str = Field(description="The path that was asked for.", examples=["/api/v1/blog-posts/hello"])
    code: str = Field(description="The kind of problem, for programs.", examples=["not_found"])
    request_id: str = Field(
        description="The `X-Request-ID` of this answer.", examples=["01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"]
    )
    errors: list[FieldProblem] | None = Field(None, description="With 422: each thing that is wrong.")
    required: int | None = Field(None, description="With 402: what the call costs, in credits.", examples=[5])
    available: int | None = Field(None, description="With 402: what there is, in credits.", examples=[3])
    limit: str | None = Field(None, description="With 429: the limit that is used up.", examples=["minute"])
    retry_after_seconds: int | None = Field(
        None, description="With 429: when the same call would pass.", examples=[18]
    )


def problem_document(error: AppError, *, instance: str, request_id: str) -> dict[str, Any]:
    """The members of the problem document that tells this error."""
    return {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        # A path may carry a credential by mistake; the answer is often logged by who gets it.
        "instance": redact_text(instance),
        "code": error.code,
        "request_id": request_id,
        **error.members,
    }
