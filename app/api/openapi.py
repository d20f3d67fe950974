"""The OpenAPI document: FastAPI's, completed with what the frame does to every route."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from app.api.access import Access, CredentialKind, needs_database
from app.api.dependencies.attempt import HEADER as IDEMPOTENCY_HEADER
from app.api.problem_documentation import PROBLEM_SCHEMAS, document_problem
from app.api.problems import problem_responses
from app.api.session_cookies import ACCESS_COOKIE
from app.api.strict_route import StrictRoute
from app.core.idempotency import KEY_LENGTH_MAX

DESCRIPTION = """\
The gate in front of an API: *who is calling, may they, how fast, and what does it cost*, decided together and
committed before the answer leaves.

- **Credentials.** `Authorization: Bearer` with an access token or an API key, or `X-API-Key` with an API key.
  Browsers may keep a session in cookies instead; then only pages of this origin may change something.
- **Organization.** A session acts in its first organization; `X-Organization` names another of its person's.
- **Errors** are `application/problem+json` (RFC 9457) with a stable `code`; `type` leads to a page about it.
- **Limits** are told by `RateLimit` and `RateLimit-Policy` on answers they touch; a 429 says when to retry.
- **Repetitions** of a POST under one `Idempotency-Key` are executed once and answered alike, for a day.
- **Requests** are read strictly: unknown members and parameters are refused; `5.0`, `"5"` and `true` are not
  integers.
- Every answer has an `X-Request-ID`; send your own to find it in the logs again.
"""
SECURITY_SCHEMES: dict[str, Any] = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `access_token` of `POST /api/v1/auth/login`: ten minutes of a session.",
    },
    "sessionCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": ACCESS_COOKIE,
        "description": "The same token in a browser, after a sign-in with `X-Session-Transport: cookie`.",
    },
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "fg_live_...",
        "description": "An API key of an organization, as a Bearer token.",
    },
    "apiKeyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same API key, in a header of its own.",
    },
}
SCHEMES = {
    CredentialKind.ACCESS_TOKEN: ["accessToken", "sessionCookie"],
    CredentialKind.API_KEY: ["apiKey", "apiKeyHeader"],
}
EXTENSION = "x-faregate-access"
ORGANIZATION_PARAMETER: dict[str, Any] = {
    "name": "X-Organization",
    "in": "header",
    "required": False,
    "description": "Which of your organizations a session acts in. An API key has one and names no other.",
    "schema": {"type": "string", "format": "uuid", "examples": ["01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"]},
}
IDEMPOTENCY_PARAMETER: dict[str, Any] = {
    "name": IDEMPOTENCY_HEADER,
    "in": "header",
    "required": False,
    "description": "New for each request, kept for its repetitions: within a day they get its answer.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LENGTH_MAX,
        "examples": ["01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a12"],
    },
}
HEADER_EXAMPLE = '"3"'
REPLACED_SCHEMAS = ("HTTPValidationError", "ValidationError")


def install_openapi(app: FastAPI) -> None:
    """Make the application answer the completed document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = complete(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def complete(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document with security, problems and readable operation ids."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Keys, limits and credits in one call.",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
    )
    components = document.setdefault("components", {})
    components["securitySchemes"] = SECURITY_SCHEMES
    schemas = components.setdefault("schemas", {})
    for name in REPLACED_SCHEMAS:
        schemas.pop(name, None)
    schemas.update(PROBLEM_SCHEMAS)
    for route, access, operation in operations(app, document):
        complete_operation(route, access, operation)
    return document


def operations(
    app: FastAPI, document: dict[str, Any]
) -> Iterator[tuple[RouteContext, Access, dict[str, Any]]]:
    """Each documented operation with its route and what that declares."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, StrictRoute) and route.include_in_schema:
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                yield route, route.original_route.access, operation


def complete_operation(route: RouteContext, access: Access, operation: dict[str, Any]) -> None:
    """Add to one operation what no route says itself."""
    operation[EXTENSION] = {**extension_of(access), "idempotency_key": is_repeatable(route)}
    operation["operationId"] = route.name
    operation["security"] = security_of(access)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header" and is_list(parameter["schema"]):
            # Several lines of one header are one list (RFC 9110, section 5.3): on the wire it is a text.
            parameter["schema"] = {"type": "string", "examples": [HEADER_EXAMPLE]}
    if access.credentials:
        operation.setdefault("parameters", []).append(ORGANIZATION_PARAMETER)
    if is_repeatable(route):
        operation["parameters"].append(IDEMPOTENCY_PARAMETER)
    responses = operation["responses"]
    for status, documentation in problem_responses(*frame_statuses(route, access)).items():
        responses[str(status)] = documentation
    operation["responses"] = {
        status: document_problem(int(status), response) for status, response in sorted(responses.items())
    }


def is_repeatable(route: RouteContext) -> bool:
    """Whether an `Idempotency-Key` counts."""
    return isinstance(route.original_route, StrictRoute) and route.original_route.is_repeatable


def is_list(schema: dict[str, Any]) -> bool:
    """Whether this describes several values."""
    return any(option.get("type") == "array" for option in schema.get("anyOf", (schema,)))


def security_of(access: Access) -> list[dict[str, list[str]]]:
    """The credentials that will do, with the scopes they need."""
    schemes = [scheme for kind in access.credentials for scheme in SCHEMES[kind]]
    return [{scheme: [scope.value for scope in access.scopes]} for scheme in schemes]


def extension_of(access: Access) -> dict[str, Any]:
    """All that a route declares of its caller and of what a call leaves behind, for programs to read."""
    return {
        "credentials": [kind.value for kind in access.credentials],
        "scopes": [scope.value for scope in access.scopes],
        "step_up": access.fresh,
        "limits": [limit.name for limit in access.limits],
        "attempts": [action.value for action in access.attempts],
        "cost_credits": 0 if access.charge is None else access.charge.cost,
        "audit_events": [event.value for event in access.events],
    }


def frame_statuses(route: RouteContext, access: Access) -> list[int]:
    """The problems that the frame itself may answer on a route."""
    statuses = {422, 500}
    if "{" in (route.path_format or ""):
        statuses.add(404)
    if route.body_field is not None:
        statuses |= {400, 413, 415}
    if access.credentials:
        statuses |= {400, 401, 403, 404, 429}
    if access.limits or access.attempts:
        statuses.add(429)
    if is_repeatable(route):
        statuses.add(409)
    if needs_database(access, route.dependant):
        statuses.add(503)
    return sorted(statuses)
