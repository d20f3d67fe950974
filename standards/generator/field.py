"""A field of an entity, as it is asked for: `number:str:unique`, `due_on:date?`, `status:enum(a,b)`."""

import re
from dataclasses import dataclass
from functools import cached_property

from standards.errors import refuse
from standards.generator.names import TAKEN_CLASSES, pascal_of
from standards.generator.target import Target

STR_LENGTH = 200
TEXT_LENGTH = 100_000
NUMBER_MAX = 9_000_000_000_000_000
"""Exact in every JSON reader (2^53), and well inside BIGINT."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a type is in each layer, with two values of it, as JSON writes them."""

    python: str
    migration: str
    examples: tuple[object, object]
    wrong: tuple[object, ...]
    """Values that are refused."""
    can_be_unique: bool = True


KINDS = {
    "str": Kind("str", "sa.String(length={length})", ("A {label}", "Another {label}"), (5, "a\x00b")),
    "text": Kind(
        "str", "sa.Text()", ("A long\n{label}", "Another\n{label}"), (5, "a\x00b"), can_be_unique=False
    ),
    "int": Kind("int", "sa.BigInteger()", (3, 4), ("3", 3.5, True, NUMBER_MAX + 1)),
    "bool": Kind("bool", "sa.Boolean()", (True, False), ("true", 1), can_be_unique=False),
    "date": Kind(
        "date",
        "sa.Date()",
        ("2026-01-17", "2026-02-28"),
        ("2026-02-30", "2026-01-17T00:00:00", 1_768_608_000),
    ),
    "datetime": Kind(
        "datetime",
        "sa.DateTime(timezone=True)",
        ("2026-01-17T09:30:00Z", "2026-02-28T18:00:00Z"),
        ("2026-01-17", "2026-01-17T09:30:00", 1_768_642_200),
    ),
    "uuid": Kind(
        "UUID",
        "sa.Uuid()",
        ("01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10", "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a12"),
        ("mine", 5),
    ),
    "enum": Kind("str", "sa.String(length={length})", ("", ""), ("unheard_of", 1), can_be_unique=False),
    "fk": Kind(
        "UUID",
        "sa.Uuid()",
        ("01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10", "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a12"),
        ("mine", 5),
    ),
}
"""The types there are."""

ORDERED = ("date", "datetime", "int")
"""Of which a list can be in order, by the first of the earliest kind that there is."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field."""

    name: str
    type: str
    optional: bool = False
    unique: bool = False
    """Within the organization."""
    length: int = 0
    values: tuple[str, ...] = ()
    target: Target | None = None

    @property
    def kind(self) -> Kind:
        """What its type is in each layer."""
        return KINDS[self.type]

    @property
    def label(self) -> str:
        """What people say: `due on`."""
        return self.name.removesuffix("_id").replace("_", " ")

    @property
    def constant(self) -> str:
        """What constants about it begin with: `DUE_ON`."""
        return self.name.upper()

    @property
    def python(self) -> str:
        """Its type on an entity."""
        return f"{self.kind.python} | None" if self.optional else self.kind.python

    @property
    def migration(self) -> str:
        """Its type in a migration."""
        return self.kind.migration.format(length=self.length)

    @cached_property
    def example(self) -> object:
        """A value, as JSON has it."""
        return self.values[0] if self.values else self._told(self.kind.examples[0])

    @cached_property
    def other(self) -> object:
        """Another one; the same where there is no other."""
        return self.values[-1] if self.values else self._told(self.kind.examples[1])

    @property
    def wrong(self) -> list[object]:
        """Values that are refused."""
        if self.type == "str":
            return ["", "x" * (self.length + 1), "two\nlines", *self.kind.wrong]
        if self.type == "text":
            return ["x" * (self.length + 1), *self.kind.wrong]
        return list(self.kind.wrong)

    def alias(self, entity: str) -> str:
        """What its type is called among an entity's schemas: `DueOn`, `InvoiceStatus`."""
        pascal = pascal_of(self.name)
        if self.type == "enum" or pascal in TAKEN_CLASSES or pascal in {entity, "Search"}:
            return f"{entity}{pascal}"
        return pascal

    def _told(self, value: object) -> object:
        return value.format(label=self.label)[: self.length or None] if isinstance(value, str) else value


SPELLING = re.compile(
    r"(?P<name>[^:]+):(?P<type>[a-z]+)(?:\((?P<inner>[^()]*)\))?(?P<optional>\?)?(?P<unique>:unique)?(?P<late>\?)?"
)


def spelled(text: str) -> re.Match[str]:
    """The parts of a field's spelling.

    Raises:
        CheckError: it is not understood.
    """
    match = SPELLING.fullmatch(text)
    if match is None:
        refuse(
            f"{text} is no field: write name:type, such as number:str:unique, due_on:date? or kind:enum(a,b)"
        )
    return match
