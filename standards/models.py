"""The tables that classes are mapped to."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from standards.module import Module, constant, dotted, last_name
from standards.project import Project
from standards.statuses import assigned


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and where it stands."""

    name: str
    node: ast.expr


@dataclass(frozen=True, slots=True)
class Column:
    """A mapped attribute."""

    name: str
    statement: ast.Assign | ast.AnnAssign

    @property
    def annotation(self) -> ast.expr | None:
        """What is within `Mapped[...]`."""
        told = self.statement.annotation if isinstance(self.statement, ast.AnnAssign) else None
        return told.slice if isinstance(told, ast.Subscript) else told

    @property
    def call(self) -> ast.Call | None:
        """The `mapped_column(...)` or `Column(...)`, if there is one."""
        return self.statement.value if isinstance(self.statement.value, ast.Call) else None

    def calls(self, name: str) -> list[ast.Call]:
        """The calls of this name in its definition, such as `ForeignKey`."""
        return [
            node
            for node in ast.walk(self.statement)
            if isinstance(node, ast.Call) and last_name(node.func) == name
        ]


def table_of(definition: ast.ClassDef) -> Table | None:
    """The table of a class, if it is mapped to one."""
    for statement in definition.body:
        value = assigned(statement, ("__tablename__",))
        name = constant(value)
        if value is not None and isinstance(name, str):
            return Table(name, value)
    return None


def is_entity(definition: ast.ClassDef) -> bool:
    """Whether a class is mapped to a table."""
    return table_of(definition) is not None


def columns_of(definition: ast.ClassDef) -> Iterator[Column]:
    """The columns that a class declares itself, relationships left aside."""
    for statement in definition.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            is_mapped = isinstance(statement.annotation, ast.Subscript) and dotted(
                statement.annotation.value
            ).endswith("Mapped")
            made_by = last_name(statement.value.func) if isinstance(statement.value, ast.Call) else ""
            if is_mapped and made_by not in {
                "relationship",
                "column_property",
                "synonym",
                "association_proxy",
            }:
                yield Column(statement.target.id, statement)
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            target = statement.targets[0]
            if isinstance(target, ast.Name) and last_name(statement.value.func) in {
                "Column",
                "mapped_column",
            }:
                yield Column(target.id, statement)


def entities(project: Project) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Every mapped class."""
    for module in project.within("models"):
        for definition in module.classes:
            if is_entity(definition):
                yield module, definition


def all_columns(project: Project, module: Module, definition: ast.ClassDef) -> set[str]:
    """The names of all a class's columns, inherited ones as well."""
    return {column.name for _, each in project.ancestry(module, definition) for column in columns_of(each)}
