"""A small JSON object that Faregate keeps for others and never reads."""

import json
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, JsonValue

from app.schemas.fields import refuse_unstorable

BYTES_MAX = 4096
DEPTH_MAX = 8


def refuse_deep(value: object) -> object:
    """Refuse nesting before anything else walks it; depth is counted without recursion."""
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [child for parent in level for child in containers_in(parent)]
        if not level:
            return value
    message = f"must not be nested deeper than {DEPTH_MAX} levels"
    raise ValueError(message)


def containers_in(value: object) -> list[object]:
    """The arrays and objects that an array or object holds."""
    children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [child for child in children if isinstance(child, dict | list)]


def refuse_unstorable_json(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse what JSONB cannot hold, and what is too long."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # In JSON text a NUL is written as an escape, so it is looked for in the values themselves.
    for string in strings_of(value):
        refuse_unstorable(string)
    if len(text.encode()) > BYTES_MAX:
        message = f"must not be longer than {BYTES_MAX} bytes of JSON"
        raise ValueError(message)
    return value


def strings_of(value: JsonValue) -> list[str]:
    """All member names and texts in a value whose depth is bounded."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for child in value.values() for text in strings_of(child))]
    if isinstance(value, list):
        return [text for child in value for text in strings_of(child)]
    return []


Metadata = Annotated[
    dict[str, JsonValue], BeforeValidator(refuse_deep), AfterValidator(refuse_unstorable_json)
]
