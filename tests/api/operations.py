"""Every operation of the OpenAPI document, with a request that is fine, for tests to spoil."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.core.settings import Settings
from app.main import create_app

ABSENT_ID = "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, as documented."""

    method: str
    path: str
    definition: dict[str, Any]
    schemas: dict[str, Any]

    @property
    def url(self) -> str:
        """The path with ids of nothing, and texts that fit."""
        return self.path.format_map(dict.fromkeys(self.path_parameters, ABSENT_ID))

    @property
    def path_parameters(self) -> list[str]:
        """The names in the path."""
        return list(self.parameters("path"))

    def parameters(self, place: str) -> dict[str, dict[str, Any]]:
        """The schemas of the parameters in `place`."""
        found = self.definition.get("parameters", ())
        return {each["name"]: self.resolve(each["schema"]) for each in found if each["in"] == place}

    @property
    def body_schema(self) -> dict[str, Any] | None:
        """The schema of the body, if there is one in JSON."""
        content = self.definition.get("requestBody", {}).get("content", {})
        return self.resolve(content["application/json"]["schema"]) if "application/json" in content else None

    @property
    def example(self) -> dict[str, Any]:
        """A body that is fine; whom it writes to has never got a mail, of which nobody gets many."""
        body = self.example_of(self.body_schema or {})
        if isinstance(body, dict) and "email" in body:
            return {**body, "email": f"newcomer-{secrets.token_hex(8)}@example.org"}
        return body

    def example_of(self, schema: dict[str, Any]) -> Any:
        """A value that fits a schema: its own example, or one made of those of its parts."""
        schema = self.resolve(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "properties" in schema:
            required = schema.get("required", ())
            return {name: self.example_of(schema["properties"][name]) for name in required}
        return [self.example_of(schema["items"])]

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema without a reference at its top."""
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rpartition("/")[2]]
            elif any("$ref" in option for option in schema["anyOf"]):
                schema = next(option for option in schema["anyOf"] if "$ref" in option)
            else:
                break
        return schema

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def all_operations() -> list[Operation]:
    """Read the document of an application that is not started."""
    document = create_app(Settings(environment="test")).openapi()
    schemas = document["components"]["schemas"]
    return [
        Operation(method.upper(), path, definition, schemas)
        for path, item in document["paths"].items()
        for method, definition in item.items()
    ]


OPERATIONS = all_operations()
SIGNED = {"POST /api/v1/leak-reports"}
"""Whose body counts only with a signature: tests/api/v1/test_leak_reports.py signs what it spoils."""
WITH_BODY = [each for each in OPERATIONS if each.body_schema and str(each) not in SIGNED]


Place = tuple[str | int, ...]


def places(
    operation: Operation, schema: dict[str, Any], place: Place = ()
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every member of a body, members of members and first items too, with its schema."""
    schema = operation.resolve(schema)
    if place:
        yield place, schema
    for name, member in schema.get("properties", {}).items():
        yield from places(operation, member, (*place, name))
    for option in (schema, *schema.get("anyOf", ())):
        if option.get("type") == "array":
            yield from places(operation, option["items"], (*place, 0))


def spoil(operation: Operation, raw: str, *places: Place) -> bytes:
    """The example with the value at each of these places replaced by a JSON text of choice."""
    body = operation.example
    for place in places:
        body = put(operation, operation.body_schema or {}, body, place)
    return json.dumps(body).replace(f'"{SPOILED}"', raw).encode()


def put(operation: Operation, schema: dict[str, Any], value: Any, place: Place) -> Any:
    """A copy of `value` in which a mark stands at `place`; what lacks on the way is made from the schema."""
    if not place:
        return SPOILED
    schema = operation.resolve(schema)
    step, *rest = place
    if step == 0:
        option = next(each for each in (schema, *schema.get("anyOf", ())) if "items" in each)
        items = value or [operation.example_of(option["items"]) if rest else None]
        return [put(operation, option["items"], items[0], tuple(rest)), *items[1:]]
    members = {} if value is None else dict(value)
    return members | {step: put(operation, schema["properties"][step], members.get(step), tuple(rest))}


SPOILED = "@spoiled@"
