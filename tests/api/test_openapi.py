import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.strict_route import StrictRoute

SCHEMES = {"accessToken", "sessionCookie", "apiKey", "apiKeyHeader"}
BODY_PROBLEMS = {"400", "413", "415", "422"}


@pytest.fixture(scope="module")
def document(app):
    return app.openapi()


@pytest.fixture(scope="module")
def operations(document):
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def find_schema(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def has_example(document, schema, depth=0):
    """Whether a schema has an example of its own, or can be shown by those of all its members."""
    schema = find_schema(document, schema)
    if depth > 6 or {"example", "examples", "const", "enum", "default"} & set(schema):
        return True
    if schema.get("type") == "object" and "properties" in schema:
        return all(has_example(document, member, depth + 1) for member in schema["properties"].values())
    if schema.get("type") == "array":
        return has_example(document, schema["items"], depth + 1)
    if "anyOf" in schema:
        return any(has_example(document, option, depth + 1) for option in schema["anyOf"])
    return schema.get("type") in {"boolean", "null"} or "format" in schema


def test_every_operation_says_what_it_does(operations):
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
    assert [name for name, operation in operations.items() if not operation.get("description")] == []
    assert [name for name, operation in operations.items() if not operation.get("tags")] == []


def test_operation_ids_are_unique(operations):
    ids = [operation["operationId"] for operation in operations.values()]

    assert len(set(ids)) == len(ids)


def test_every_operation_says_who_may_call_it(operations):
    for name, operation in operations.items():
        used = {scheme for requirement in operation["security"] for scheme in requirement}
        assert used <= SCHEMES, name
        assert ("401" in operation["responses"]) or not used, name


def test_all_ways_to_prove_who_calls_are_described(document):
    assert set(document["components"]["securitySchemes"]) == SCHEMES


def test_every_problem_is_a_problem_document_with_an_example(operations):
    for name, operation in operations.items():
        problems = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert {"422", "500"} <= set(problems), name
        for status, answer in problems.items():
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, (name, status)
            assert content["example"]["status"] == int(status), (name, status)


def test_an_operation_with_a_body_tells_what_can_be_wrong_with_it(operations):
    for name, operation in operations.items():
        if "requestBody" in operation:
            assert set(operation["responses"]) >= BODY_PROBLEMS, name


def test_every_body_has_an_example(document, operations):
    lacking = [
        name
        for name, operation in operations.items()
        if "requestBody" in operation
        for content in operation["requestBody"]["content"].values()
        if not ("example" in content or "examples" in content or has_example(document, content["schema"]))
    ]

    assert lacking == []


def test_every_answer_has_an_example(document, operations):
    lacking = [
        (name, status)
        for name, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for media_type, content in answer.get("content", {}).items()
        if media_type == "application/json" and not has_example(document, content["schema"])
    ]

    assert lacking == []


def test_every_parameter_has_an_example_or_a_default(document, operations):
    lacking = [
        (name, parameter["name"])
        for name, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if not ({"example", "examples"} & set(parameter) or has_example(document, parameter["schema"]))
    ]

    assert lacking == []


def test_no_schema_is_left_of_the_framework(document):
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])


def test_every_route_is_strict(app):
    lax = [
        route.path
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and not isinstance(route.original_route, StrictRoute)
    ]

    assert lax == []


def test_every_operation_tells_what_its_route_declares(document):
    publication = document["paths"]["/api/v1/blog-posts/{post_id}/publication"]["put"]
    creation = document["paths"]["/api/v1/api-keys"]["post"]
    sign_in = document["paths"]["/api/v1/auth/login"]["post"]
    sign_out = document["paths"]["/api/v1/auth/logout"]["post"]

    assert publication["x-faregate-access"] == {
        "credentials": ["access_token", "api_key"],
        "scopes": ["blog_posts:write"],
        "step_up": False,
        "limits": [],
        "attempts": [],
        "cost_credits": 5,
        "audit_events": [],
        "idempotency_key": False,
    }
    assert sign_in["x-faregate-access"]["attempts"] == ["login"]
    assert creation["x-faregate-access"]["audit_events"] == ["api_key_created"]
    assert sign_out["x-faregate-access"]["credentials"] == ["access_token"]
