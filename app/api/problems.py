"""Every error becomes `application/problem+json` (RFC 9457). Nothing else in Faregate speaks HTTP errors."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from app.api.validation_problems import field_problems
from app.core.exceptions import (
    AppError,
    BadRequestError,
    InternalError,
    MethodNotAllowedError,
    NotFoundError,
    ValidationFailedError,
)
from app.schemas.problem import PROBLEM_MEDIA_TYPE, problem_document

REPORTED_FIELDS_MAX = 50
"""More than anyone reads; keeps the answer to a body of a thousand mistakes short."""


def install_problem_handlers(app: FastAPI) -> None:
    """Give the application its one way to tell errors."""
    app.add_exception_handler(AppError, answer_app_error)
    app.add_exception_handler(RequestValidationError, answer_validation_error)
    app.add_exception_handler(HTTPException, answer_http_exception)


async def answer_app_error(request: Request, error: Exception) -> Response:
    """Tell an error that was raised on purpose."""
    if not isinstance(error, AppError):
        raise error
    return problem_response(request, error)


async def answer_validation_error(request: Request, error: Exception) -> Response:
    """Tell which fields and parameters are wrong."""
    if not isinstance(error, RequestValidationError):
        raise error
    problems = field_problems(error.errors(), error.body)
    return problem_response(request, ValidationFailedError(problems[:REPORTED_FIELDS_MAX]))


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Tell what the framework raised: no such route, no such method, a body that cannot be read."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return problem_response(request, MethodNotAllowedError(allowed_methods(request)))
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem_response(request, NotFoundError())
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return problem_response(request, BadRequestError("The request cannot be understood."))
    return problem_response(request, InternalError())


def problem_response(request: Request, error: AppError) -> Response:
    """The HTTP answer that tells `error`."""
    request_id = request.scope["state"]["request_id"]
    document = problem_document(error, instance=request.scope["path"], request_id=request_id)
    body = json.dumps(document, separators=(",", ":")).encode()
    return Response(body, error.status, headers=error.headers, media_type=PROBLEM_MEDIA_TYPE)


def allowed_methods(request: Request) -> set[str]:
    """The methods of every route on this path; the router itself names those of the first one only."""
    methods = {method for each in methods_on(request.app, request.scope["path"]) for method in each}
    return methods | {"HEAD"} if "GET" in methods else methods


def methods_on(app: FastAPI, path: str) -> Iterator[set[str]]:
    """The methods of each route whose path matches."""
    for route in iter_route_contexts(app.routes):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(path):
            yield route.methods or set()


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an operation that answers these problems; those of the frame are added to all."""
    return {status: problem_documentation(status) for status in statuses}


def problem_documentation(status: int) -> dict[str, Any]:
    """How OpenAPI describes a problem of this status."""
    return {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
