"""What Pydantic found, told without ever repeating the input."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.redaction import redact_text

NAME_LENGTH_MAX = 64

MESSAGES = {
    "missing": "This is required.",
    "extra_forbidden": "This is not known here.",
    "int_type": "Must be an integer.",
    "int_parsing": "Must be an integer.",
    "int_from_float": "Must be an integer.",
    "int_parsing_size": "Is too large.",
    "float_type": "Must be a number.",
    "float_parsing": "Must be a number.",
    "finite_number": "Must be a finite number.",
    "bool_type": "Must be true or false.",
    "bool_parsing": "Must be true or false.",
    "string_type": "Must be a text.",
    "string_unicode": "Must be valid Unicode text.",
    "string_sub_type": "Must be a text.",
    "list_type": "Must be an array.",
    "tuple_type": "Must be an array.",
    "set_type": "Must be an array.",
    "frozen_set_type": "Must be an array.",
    "dict_type": "Must be an object.",
    "model_type": "Must be an object.",
    "model_attributes_type": "Must be an object.",
    "none_required": "Must be null.",
    "uuid_type": "Must be a UUID.",
    "uuid_parsing": "Must be a UUID.",
    "datetime_type": "Must be an RFC 3339 date-time.",
    "datetime_parsing": "Must be an RFC 3339 date-time.",
    "datetime_from_date_parsing": "Must be an RFC 3339 date-time.",
    "timezone_aware": "Must have a time zone.",
    "string_pattern_mismatch": "Does not have the expected form.",
}
"""Ours, because Pydantic's own sentence for some of these quotes what it found."""

BOUNDS = {
    "greater_than": ("gt", "Must be greater than {}."),
    "greater_than_equal": ("ge", "Must be at least {}."),
    "less_than": ("lt", "Must be less than {}."),
    "less_than_equal": ("le", "Must be at most {}."),
    "multiple_of": ("multiple_of", "Must be a multiple of {}."),
    "string_too_short": ("min_length", "Must have at least {} characters."),
    "string_too_long": ("max_length", "Must have at most {} characters."),
    "too_short": ("min_length", "Must have at least {} items."),
    "too_long": ("max_length", "Must have at most {} items."),
    "enum": ("expected", "Must be {}."),
    "literal_error": ("expected", "Must be {}."),
}
"""Told with the bound, which stands in the schema anyway."""

OUR_RULES = ("must ", "may ")
"""How the sentences of our own validators begin: they name rules, never values; others may quote."""


def field_problems(errors: Sequence[Mapping[str, Any]], body: object) -> list[dict[str, str]]:
    """The entries of `errors`; that null would do as well is not worth telling beside the real reason."""
    telling = [error for error in errors if error["type"] != "none_required"]
    return [field_problem(error, body) for error in telling or errors]


def field_problem(error: Mapping[str, Any], body: object) -> dict[str, str]:
    """One entry of `errors`: a JSON pointer into the body, or the name of a parameter."""
    source, *path = error["loc"]
    told = {"detail": describe(error), "code": str(error["type"])}
    if source == "body":
        return {"pointer": json_pointer(steps_into(body, path, error["type"])), **told}
    return {"parameter": shown_name(path[0]) if path else "", **told}


def steps_into(body: object, path: Sequence[str | int], kind: str) -> list[str | int]:
    """The steps of `path` that lead through the body; Pydantic also names the branch of a union it tried."""
    steps: list[str | int] = []
    value: Any = body
    for step in path:
        if leads_on(value, step):
            value = value[step]
            steps.append(step)
    if kind == "missing" and path:
        steps.append(path[-1])
    return steps


def leads_on(value: object, step: str | int) -> bool:
    """Whether a value has a member or an item of this name."""
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int)


def json_pointer(path: Sequence[str | int]) -> str:
    """RFC 6901: `/items/0/cost`; the whole document is the empty text."""
    return "".join("/" + shown_name(step).replace("~", "~0").replace("/", "~1") for step in path)


def shown_name(step: str | int) -> str:
    """A step of the way to a field. The caller names unknown members, so they are cut and looked at."""
    return redact_text(str(step)[:NAME_LENGTH_MAX])


def describe(error: Mapping[str, Any]) -> str:
    """Say what is wrong."""
    kind = error["type"]
    if kind in MESSAGES:
        return MESSAGES[kind]
    context = error.get("ctx", {})
    if kind in BOUNDS and BOUNDS[kind][0] in context:
        member, sentence = BOUNDS[kind]
        return sentence.format(context[member])
    rule = str(context.get("error", ""))
    if kind == "value_error" and rule.startswith(OUR_RULES):
        return sentence_of(rule)
    return "Is not valid."


def sentence_of(rule: str) -> str:
    """`must be short` as a sentence."""
    return rule[:1].upper() + rule[1:].rstrip(".") + "."
