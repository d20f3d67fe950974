"""Which HTTP status an exception of the project stands for."""

import ast

from standards.module import Module, constant
from standards.project import Project

NAMES = ("status", "status_code")


def status_of(project: Project, module: Module, error: ast.AST) -> int | None:
    """The status of an exception class of ours, its own or inherited; None where it has none."""
    found = project.class_of(module, error)
    if found is None:
        return None
    for _, definition in project.ancestry(*found):
        for statement in definition.body:
            status = constant(assigned(statement, NAMES))
            if isinstance(status, int):
                return status
    return None


def assigned(statement: ast.stmt, names: tuple[str, ...]) -> ast.expr | None:
    """The value that a statement of a class gives to one of these names."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    else:
        return None
    if any(isinstance(target, ast.Name) and target.id in names for target in targets):
        return statement.value
    return None
