"""The imports of a module, with relative ones resolved."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name."""

    meaning: str
    """The full dotted name of what is imported."""
    module: str
    """The module that is named in the statement."""
    bound: str
    """The name under which it is known here."""
    node: ast.Import | ast.ImportFrom
    alias: ast.alias


def names_of(statement: ast.Import) -> Iterable[Import]:
    """What `import a.b` and `import a.b as c` bind."""
    for alias in statement.names:
        top = alias.name.partition(".")[0]
        meaning = alias.name if alias.asname else top
        yield Import(meaning, alias.name, alias.asname or top, statement, alias)


def names_from(statement: ast.ImportFrom, importer: str, *, is_package: bool) -> Iterable[Import]:
    """What `from a import b` binds in the module of that name, relative ones included."""
    source = source_of(statement, importer, is_package=is_package)
    for alias in statement.names:
        yield Import(f"{source}.{alias.name}", source, alias.asname or alias.name, statement, alias)


def source_of(statement: ast.ImportFrom, importer: str, *, is_package: bool) -> str:
    """The absolute name of the module that `from ... import` names."""
    if statement.level == 0:
        return statement.module or ""
    parts = importer.split(".")
    kept = len(parts) - statement.level + (1 if is_package else 0)
    return ".".join([*parts[:kept], *([statement.module] if statement.module else [])])
