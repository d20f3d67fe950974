"""How OpenAPI tells problems: one schema, and for each status an example and its headers."""

from typing import Any

from pydantic.json_schema import models_json_schema

from app.core.exceptions import (
    AppError,
    ConflictError,
    ContentTooLargeError,
    DatabaseUnavailableError,
    InsufficientCreditsError,
    InsufficientScopeError,
    InternalError,
    InvalidCredentialError,
    InvalidFieldError,
    MalformedJsonError,
    NotFoundError,
    PreconditionFailedError,
    RateLimitedError,
    UnsupportedMediaTypeError,
)
from app.schemas.problem import PROBLEM_MEDIA_TYPE, Problem, problem_document

EXAMPLES: dict[int, AppError] = {
    400: MalformedJsonError("Expecting property name enclosed in double quotes (line 1, column 2)."),
    401: InvalidCredentialError("The credential is not valid."),
    402: InsufficientCreditsError(required=5, available=3),
    403: InsufficientScopeError("blog_posts:write"),
    404: NotFoundError(),
    409: ConflictError("The request contradicts what is stored."),
    412: PreconditionFailedError(),
    413: ContentTooLargeError(1_048_576),
    415: UnsupportedMediaTypeError(),
    422: InvalidFieldError("/cost", "Must be at least 0.", code="greater_than_equal"),
    429: RateLimitedError("minute", retry_after_seconds=18),
    500: InternalError(),
    503: DatabaseUnavailableError(),
}
HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "The scheme to use."},
    429: {"Retry-After": "Seconds until the same call would pass."},
    503: {"Retry-After": "Seconds after which to try again."},
}
INSTANCE = "/api/v1/blog-posts/01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"
REQUEST_ID = "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a11"


def problem_schemas() -> dict[str, Any]:
    """The schemas that every problem refers to."""
    _, document = models_json_schema(
        [(Problem, "serialization")], ref_template="#/components/schemas/{model}"
    )
    schemas: dict[str, Any] = document["$defs"]
    return schemas


PROBLEM_SCHEMAS = problem_schemas()


def document_problem(status: int, response: dict[str, Any]) -> dict[str, Any]:
    """A response as documented, with an example and its headers if it is a problem."""
    content = response.get("content", {}).get(PROBLEM_MEDIA_TYPE)
    if content is None or status not in EXAMPLES:
        return response
    example = problem_document(EXAMPLES[status], instance=INSTANCE, request_id=REQUEST_ID)
    documented = {**response, "content": {PROBLEM_MEDIA_TYPE: {**content, "example": example}}}
    if status in HEADERS:
        documented["headers"] = {
            name: {"description": text, "schema": {"type": "string"}}
            for name, text in HEADERS[status].items()
        }
    return documented
