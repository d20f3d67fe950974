"""What is written for an entity, before the formatter sees it."""

import ast
import builtins
import re

from standards.generator.field import KINDS, Field
from standards.generator.names import TAKEN_CLASSES, TAKEN_VARIABLES, Names
from standards.generator.rendering import rendered_slice
from standards.generator.target import Target

OTHER = Target(Names("Yyy", "yyys"), factory="write_yyy")
OWN = re.compile(r"zzz|yyy|xx_|^Xx|Zzz|Yyy|^test_|^_", re.ASCII)
ARGUMENTS = {
    "str": {"length": 200},
    "text": {"length": 9},
    "enum": {"values": ("a", "b")},
    "fk": {"target": OTHER},
}
FIELDS = [Field(name=f"xx_{kind}", type=kind, **ARGUMENTS.get(kind, {})) for kind in KINDS]


def names_in(tree):
    """Every name that a module's functions bind as a parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ClassDef):
            yield node.name


def test_every_name_of_a_slice_is_one_that_no_entity_can_have():
    slices = rendered_slice(Names("Zzz", "zzzs"), FIELDS)

    bound = {name for text in slices.values() for name in names_in(ast.parse(text)) if not OWN.search(name)}

    known = (
        TAKEN_CLASSES
        | TAKEN_VARIABLES
        | set(dir(builtins))
        | {"organization_id", "positions", "options", "page"}
    )
    assert bound - known == set()


def test_without_texts_there_is_nothing_to_search():
    field = Field(name="total", type="int")

    schema = rendered_slice(Names("Zzz", "zzzs"), [field])["app/schemas/zzz.py"]

    assert "Search" not in schema
