"""Fills the templates in."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from standards.generator.field import ORDERED, Field
from standards.generator.names import Names
from standards.generator.target import Target

TEMPLATES = Path(__file__).parent / "templates"
LABELS_LENGTH_MAX = 32
SEARCHABLE_LENGTH = 10
"""Of a text in which the tests can tell what a search finds."""

SLICE = {
    "model.py.j2": "app/models/{snake}.py",
    "schema.py.j2": "app/schemas/{snake}.py",
    "repository.py.j2": "app/repositories/{snake}_repository.py",
    "service.py.j2": "app/services/{snake}_service.py",
    "dependency.py.j2": "app/api/dependencies/{snake}_service.py",
    "controller.py.j2": "app/api/v1/{table}.py",
    "factory.py.j2": "tests/factories/{table}.py",
    "test_schema.py.j2": "tests/schemas/test_{snake}.py",
    "test_repository.py.j2": "tests/repositories/test_{snake}_repository.py",
    "test_service.py.j2": "tests/services/test_{snake}_service.py",
    "test_controller.py.j2": "tests/api/v1/test_{table}.py",
}
"""The files that tell of one entity alone."""


def rendered_slice(names: Names, fields: Sequence[Field]) -> dict[str, str]:
    """The files that tell of an entity alone, by their paths; the formatter has not seen them."""
    context = context_of(names, fields)
    return {
        path.format(snake=names.snake, table=names.table): render(template, context)
        for template, path in SLICE.items()
    }


def render(template: str, context: dict[str, Any]) -> str:
    """One template, filled in."""
    return environment().get_template(template).render(context)


@cache
def environment() -> jinja2.Environment:
    """The templates, and the words that they use."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 -- it writes Python, not HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "column": column,
        "first_name": first_name,
        "known": known,
        "labels": labels,
        "last_name": last_name,
        "literal": repr,
        "made": made_unique,
        "nth": nth,
        "sentence": sentence,
        "short": short,
        "stem": stem,
    }
    return made


def context_of(names: Names, fields: Sequence[Field]) -> dict[str, Any]:
    """What the templates are filled in with."""
    references = [field for field in fields if field.target is not None]
    enums = [field for field in fields if field.type == "enum"]
    texts = [field for field in fields if field.type == "text"]
    titles = [field for field in fields if field.type == "str"]
    uniques = [field for field in fields if field.unique]
    drafted = [field for field in fields if field.unique or not field.optional]
    ordered = ordered_field(fields)
    arguments = draft_arguments(drafted)
    return {
        "e": names,
        "fields": fields,
        "references": references,
        "enums": enums,
        "filtered_enums": enums,
        "texts": texts,
        "searched": titles or texts,
        "filters": [*enums, *references],
        "uniques": uniques,
        "required": [field for field in fields if not field.optional],
        "optionals": [field for field in fields if field.optional],
        "drafted": drafted,
        "ordered": ordered,
        "titled": titles[0] if titles else None,
        "tied": next((each for each in (ordered, *titles[:1]) if each is not None and not each.unique), None),
        "literally": next((each for each in titles[:1] if each.length >= SEARCHABLE_LENGTH), None),
        "changed": changed_field(fields),
        "listed": f"{names.pascal}Summary" if texts else f"{names.pascal}Response",
        "conflicts": bool(uniques) or any(field.target and field.target.by_organization for field in fields),
        "refers_to_itself": any(field.target and field.target.names == names for field in fields),
        "others": [target for target in targets_of(fields) if target.names != names],
        "made": [each for each in targets_of(fields) if each.by_organization and each.names != names],
        "indexes": [*([] if uniques else ["organization_id"]), *(field.name for field in references)],
        "draft_arguments": arguments,
        "draft_parameters": PARAMETERS[arguments],
        **words_of(names),
    }


PARAMETERS = {
    "": "",
    "writer": "writer: Caller, /, ",
    "client, writer": "client: httpx2.AsyncClient, writer: Caller, /, ",
}


def words_of(names: Names) -> dict[str, Any]:
    """Filters that depend on the entity are functions here: `incoming(field)`."""
    return {
        "alias": lambda field: field.alias(names.pascal),
        "incoming": lambda field: incoming(field, names),
        "outgoing": lambda field: outgoing(field, names),
        "filtered": lambda field: field.alias(names.pascal) if field.type == "enum" else "UUID",
        "new_noun": f"a new {names.noun}",
    }


def draft_arguments(drafted: Sequence[Field]) -> str:
    """What the tests' factory of drafts needs: who writes, and a client to make what the draft refers to."""
    targets = targets_of(drafted)
    if any(target.by_organization for target in targets):
        return "client, writer"
    return "writer" if targets else ""


def targets_of(fields: Sequence[Field]) -> list[Target]:
    """What the fields refer to, each once."""
    return list(dict.fromkeys(field.target for field in fields if field.target is not None))


def ordered_field(fields: Sequence[Field]) -> Field | None:
    """The field by which a list can be in order, besides its title: a date before a number."""
    found = sorted((each for each in fields if each.type in ORDERED), key=lambda each: each.type == "int")
    return found[0] if found else None


def changed_field(fields: Sequence[Field]) -> Field:
    """The field that examples and tests change: a title, if there is one that others may have too."""
    told = [field for field in fields if field.target is None]
    return min(told, key=lambda field: (field.unique, field.type != "str"))


def sentence(text: str) -> str:
    """With a capital letter."""
    return text[:1].upper() + text[1:]


def labels(fields: Sequence[Field], word: str) -> str:
    """What people call these fields, if that is short enough for a line."""
    told = [field.label for field in fields]
    text = f" {word} ".join([*([", ".join(told[:-1])] if told[1:] else []), told[-1]])
    if len(text) <= LABELS_LENGTH_MAX:
        return text
    return "texts" if all(field.type in {"str", "text"} for field in fields) else "values"


def stem(name: str) -> str:
    """`customer_id` as `customer`."""
    return name.removesuffix("_id")


def known(field: Field) -> str:
    """The condition that an enumeration's column is under."""
    return f"{field.name} IN ({', '.join(repr(value) for value in field.values)})"


def column(field: Field) -> str:
    """The rest of a column's line in the model."""
    if field.target is not None:
        return f' = mapped_column(ForeignKey("{field.target.names.table}.id"), index=True)'
    return f" = mapped_column(String({field.length}))" if field.type in {"str", "enum"} else ""


def incoming(field: Field, names: Names) -> str:
    """The type of what comes in."""
    plain = {"bool": "Flag", "date": "Day", "datetime": "Instant", "uuid": "UUID", "fk": "UUID"}
    return plain.get(field.type) or field.alias(names.pascal)


def outgoing(field: Field, names: Names) -> str:
    """The type of what goes out."""
    if field.type in {"str", "text", "int"}:
        return f"Annotated[{field.python}, Field(examples=[{field.example!r}])]"
    if field.type == "enum":
        return f"{field.alias(names.pascal)}{' | None' if field.optional else ''}"
    return field.python


def first_name(field: Field) -> str:
    """What the ascending order is called: `EARLIEST_DUE_ON`, `LOWEST_TOTAL`."""
    return f"{'LOWEST' if field.type == 'int' else 'EARLIEST'}_{field.constant}"


def last_name(field: Field) -> str:
    """What the descending order is called."""
    return f"{'HIGHEST' if field.type == 'int' else 'LATEST'}_{field.constant}"


def nth(field: Field, number: int) -> object:
    """The first, second or third of three values in ascending order."""
    if field.type == "int":
        return number
    if field.type == "date":
        return f"2026-01-{number:02}"
    return f"2026-01-{number:02}T09:30:00Z" if field.type == "datetime" else "abc"[number - 1]


def short(value: object) -> str:
    """A value as people would write it: `"x" * 201`."""
    if isinstance(value, str) and len(value) > 1 and set(value) == {"x"}:
        return f'"x" * {len(value):_}'
    return repr(value)


def made_unique(field: Field) -> str:
    """An expression that has another value whenever it is asked for."""
    room = field.length - len(str(field.example)) - 1
    if field.type == "str" and room > len("1000000"):
        return f'f"{field.example} {{next(NUMBERS)}}"'
    if field.type == "str":
        return f'f"{{next(NUMBERS) % {10 ** min(field.length, 9)}}}"'
    return UNIQUE[field.type]


UNIQUE = {
    "int": "next(NUMBERS)",
    "date": "str(date(2026, 1, 1) + timedelta(days=next(NUMBERS)))",
    "datetime": 'f"{datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=next(NUMBERS)):%Y-%m-%dT%H:%M:%SZ}"',
    "uuid": "str(uuid4())",
}
