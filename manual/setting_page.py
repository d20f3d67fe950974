"""The settings: what each takes, from the model that reads them."""

import json
from typing import Any

from app.core.settings import DELIMITER, PREFIX, Settings
from manual.markdown import code, codes, page, table

WORDS = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`", "string": "text"}
FORMATS = {
    "uri": "URL",
    "password": "secret text",
    "file-path": "path of a file",
    "ipv4network": "network",
    "ipv6network": "network",
}
TITLES = {"http": "HTTP", "oauth": "OAuth"}


def setting_page(settings: Settings) -> str:
    """Every variable by its group."""
    schema = Settings.model_json_schema()
    groups = {name: part["$ref"] for name, part in schema["properties"].items() if "$ref" in part}
    plain = {name: part for name, part in schema["properties"].items() if name not in groups}
    parts, defaults = [], settings.model_dump(mode="json")
    for name, reference in groups.items():
        model = resolve(reference, schema)
        if "properties" not in model:
            plain[name] = {"$ref": reference}
            continue
        rows = [
            row(f"{PREFIX}{name}{DELIMITER}{member}", part, defaults[name][member], schema)
            for member, part in model["properties"].items()
        ]
        parts.append(
            f"## {TITLES.get(name, name.capitalize())}\n\n{model['description']}\n\n{table(HEADS, rows)}"
        )
    own = [row(f"{PREFIX}{name}", part, defaults[name], schema) for name, part in plain.items()]
    return page("Settings", TOLD, table(HEADS, own), *parts)


HEADS = ("Variable", "Takes", "Default")
TOLD = (
    "Every variable of the environment that Faregate reads, and what it takes. "
    "[Configuration](../configuration.md) says what each is for."
)


def row(name: str, part: dict[str, Any], default: Any, schema: dict[str, Any]) -> tuple[str, str, str]:  # noqa: ANN401 -- any setting's
    """One variable."""
    shown = (
        ""
        if default is None
        else default
        if isinstance(default, str)
        else json.dumps(default).removesuffix(".0")
    )
    return code(name.upper()), takes(part, schema), code(shown)


def takes(part: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a value may be, in words."""
    if "anyOf" in part:
        told = [takes(each, schema) for each in part["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(told))
    if "$ref" in part:
        return takes(resolve(part["$ref"], schema), schema)
    if "enum" in part:
        return codes(part["enum"])
    if part["type"] == "array":
        return f"JSON list of {takes(part['items'], schema)}"
    if part["type"] == "object":
        return "JSON object"
    word = FORMATS.get(part.get("format", ""), part.get("format", WORDS[part["type"]]))
    return f"{word}{bounds(part)}"


def bounds(part: dict[str, Any]) -> str:
    """Between what a number must be."""
    least, most, above = part.get("minimum"), part.get("maximum"), part.get("exclusiveMinimum")
    words = {"from": least, "above": above, "to": most}
    told = [f"{word} {number:,}" for word, number in words.items() if number is not None]
    return f", {' '.join(told)}" if told else ""


def resolve(reference: str, schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the schema points to."""
    found: dict[str, Any] = schema["$defs"][reference.rpartition("/")[2]]
    return found
