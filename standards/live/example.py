"""A body that a schema accepts: its own example, else one made from it."""

from collections.abc import Mapping
from typing import Any

DEPTH_MAX = 8
WORDS = {
    "email": "ada@example.org",
    "uuid": "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10",
    "date-time": "2026-01-17T09:30:00Z",
    "date": "2026-01-17",
    "uri": "https://example.org/",
}


def example_of(request: Mapping[str, Any] | None, document: Mapping[str, Any]) -> object:
    """A body for an operation; None where it takes none."""
    if request is None:
        return None
    content = request.get("content", {}).get("application/json", {})
    if "example" in content:
        return content["example"]
    for example in content.get("examples", {}).values():
        return example.get("value")
    return made(content.get("schema", {}), document, depth=0)


def made(schema: Mapping[str, Any], document: Mapping[str, Any], *, depth: int) -> object:
    """A value of a schema."""
    schema = resolved(schema, document)
    if schema.get("examples"):
        return schema["examples"][0]
    for name in ("const", "default", "example"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice) and depth < DEPTH_MAX:
            return made(schema[choice][0], document, depth=depth + 1)
    return of_type(schema, document, depth)


def of_type(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> object:
    """A value of a schema that says no more than its type."""
    match schema.get("type", "object"):
        case "string":
            return WORDS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "array":
            item = made(schema.get("items", {}), document, depth=depth + 1) if depth < DEPTH_MAX else None
            return [item] * schema.get("minItems", 0)
        case "object" if depth < DEPTH_MAX:
            members = schema.get("properties", {})
            return {
                name: made(members.get(name, {}), document, depth=depth + 1)
                for name in schema.get("required", ())
            }
    return None


def resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference stands for."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target: Any = document
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return resolved(target, document)
