"""What was asked for, understood or refused in one line."""

import keyword
import re
from collections.abc import Iterable, Sequence

from standards.errors import refuse
from standards.generator.field import KINDS, STR_LENGTH, TEXT_LENGTH, Field, spelled
from standards.generator.house import House
from standards.generator.names import LENGTH_MAX, RESERVED_WORDS, SNAKE, TAKEN, Names, is_builtin
from standards.generator.target import Target
from standards.words import SECRET

FIELDS_MAX = 20
VALUES_MAX = 50
OURS = frozenset({"id", "organization_id", "created_at", "updated_at", "version"})
"""What every entity has already."""
TAKEN_FIELDS = TAKEN["taken_fields"]
"""What models, schemas and lists have under these names."""
NOT_TYPES = {
    "decimal": "amounts are whole numbers of the smallest unit, such as total_cents:int",
    "float": "amounts are whole numbers of the smallest unit, such as total_cents:int",
    "money": "amounts are whole numbers of the smallest unit, such as total_cents:int",
    "string": "short texts are str",
    "integer": "whole numbers are int",
    "boolean": "yes or no is bool",
    "timestamp": "moments are datetime",
    "time": "moments are datetime",
    "json": "what has a shape has fields",
}


def asked_fields(texts: Sequence[str], house: House, owner: Names, taken: Iterable[str] = ()) -> list[Field]:
    """The fields that are asked for.

    Raises:
        CheckError: one cannot be made, or there are too many.
    """
    fields = [asked_field(text, house, owner) for text in texts]
    names = [*taken, *(field.name for field in fields)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        refuse(f"{owner.pascal} would have {', '.join(twice)} twice")
    if len(names) > FIELDS_MAX:
        refuse(f"{owner.pascal} would have {len(names)} fields: at most {FIELDS_MAX} are written")
    return fields


def asked_field(text: str, house: House, owner: Names) -> Field:
    """A field out of its spelling.

    Raises:
        CheckError: it cannot be made.
    """
    match = spelled(text)
    name, kind, inner = match["name"], match["type"], match["inner"]
    require_name(name)
    if kind not in KINDS:
        hint = NOT_TYPES.get(kind, f"there are {', '.join(KINDS)}")
        refuse(f"{text}: {kind} is no type here: {hint}")
    optional = bool(match["optional"] or match["late"])
    unique = bool(match["unique"])
    if unique and not KINDS[kind].can_be_unique:
        refuse(f"{text}: {kind} cannot be unique")
    values = asked_values(text, inner) if kind == "enum" else ()
    target = asked_target(text, inner, house, owner) if kind == "fk" else None
    if target is not None:
        require_reference(text, target, owner, optional=optional, unique=unique)
    length = asked_length(text, kind, inner, values)
    require_short(owner, name, kind, target)
    return Field(
        name=name, type=kind, optional=optional, unique=unique, length=length, values=values, target=target
    )


def require_name(name: str) -> None:
    """Go on only with a name that a column can have.

    Raises:
        CheckError: it cannot.
    """
    if not SNAKE.fullmatch(name) or len(name) > LENGTH_MAX:
        refuse(f"{name} is no name of a field: write snake_case, such as due_on")
    if keyword.iskeyword(name) or name in RESERVED_WORDS:
        refuse(f"{name} cannot be a field: it is a word of Python or SQL")
    if name in OURS:
        refuse(f"{name} need not be asked for: every entity has {', '.join(sorted(OURS))}")
    if name in TAKEN_FIELDS or name.startswith("model_") or (is_builtin(name) and name != "type"):
        refuse(f"{name} cannot be a field: the code around it uses that name already")
    if SECRET.search(name):
        refuse(f"{name} sounds like a secret, which no answer may have: write that by hand")


def asked_values(text: str, inner: str | None) -> tuple[str, ...]:
    """The values of an enumeration.

    Raises:
        CheckError: there are none, too many, one twice, or one that is no word.
    """
    values = tuple(value.strip() for value in (inner or "").split(",") if value.strip())
    bad = [
        value
        for value in values
        if not SNAKE.fullmatch(value) or len(value) > LENGTH_MAX or value in {"mro", "unheard_of"}
    ]
    if bad or not 1 < len(values) <= VALUES_MAX or len(set(values)) < len(values):
        refuse(f"{text}: write 2 to {VALUES_MAX} different words in snake_case, such as enum(draft,sent)")
    return values


def asked_target(text: str, inner: str | None, house: House, owner: Names) -> Target:
    """What a foreign key points to, which may be the entity itself.

    Raises:
        CheckError: there is no such table, or nobody may point to it.
    """
    if not inner:
        refuse(f"{text}: write the table it points to, such as fk(organizations)")
    if inner == owner.table:
        return Target(owner, factory=f"write_{owner.snake}")
    return house.target(inner)


def require_reference(text: str, target: Target, owner: Names, *, optional: bool, unique: bool) -> None:
    """Go on only with a foreign key that can be filled.

    Raises:
        CheckError: it cannot, or is not named after what it holds.
    """
    name = text.partition(":")[0]
    if not name.endswith("_id"):
        refuse(f"{text}: a foreign key holds an id, so its name ends in _id: {name}_id")
    if target.names == owner and not optional:
        refuse(f"{text}: the first {owner.noun} would need another one: make it optional")
    if unique and not target.by_organization:
        refuse(f"{text}: unique within an organization, it could be filled once")


def asked_length(text: str, kind: str, inner: str | None, values: tuple[str, ...]) -> int:
    """How long a text may be.

    Raises:
        CheckError: it is not from 1 to 1000, or something without a length is given one.
    """
    if kind == "enum":
        return max(len(value) for value in values)
    if inner is not None and kind == "str" and re.fullmatch(r"[1-9]\d{0,2}|1000", inner):
        return int(inner)
    if inner is not None and kind != "fk":
        refuse(f"{text}: only str has a length, from 1 to 1000, such as str(80)")
    return {"str": STR_LENGTH, "text": TEXT_LENGTH}.get(kind, 0)


IDENTIFIER_MAX = 63
"""PostgreSQL's; what is longer would be cut, and then be called otherwise than the model says."""


def require_short(owner: Names, name: str, kind: str, target: Target | None) -> None:
    """Go on only if the names of constraints and indexes fit.

    Raises:
        CheckError: one does not.
    """
    names = [f"uq_{owner.table}_organization_id_{name}", f"fk_{owner.table}_organization_id_organizations"]
    if target is not None:
        names.append(f"fk_{owner.table}_{name}_{target.names.table}")
    if kind == "enum":
        names.append(f"ck_{owner.table}_{name}_known")
    longest = max(names, key=len)
    if len(longest) > IDENTIFIER_MAX:
        refuse(f"{name}: {longest} has more than the {IDENTIFIER_MAX} characters that PostgreSQL keeps")
