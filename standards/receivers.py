"""What `self._posts` is: read from the annotations of constructors, so that calls find their methods."""

import ast

from standards.module import FUNCTIONS, Function, Module
from standards.project import Project

Place = tuple[Module, ast.ClassDef]


def attributes_of(project: Project, module: Module, definition: ast.ClassDef) -> dict[str, Place]:
    """The classes of ours behind a class's attributes, as its constructor hands them over."""
    found: dict[str, Place] = {}
    for function in definition.body:
        if isinstance(function, FUNCTIONS) and function.name == "__init__":
            given = parameters_of(project, module, function)
            for statement in function.body:
                target, value = assignment(statement)
                is_own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
                if is_own and isinstance(value, ast.Name) and value.id in given:
                    found[target.attr] = given[value.id]  # type: ignore[union-attr]  # is_own
    return found


def assignment(statement: ast.stmt) -> tuple[ast.expr | None, ast.expr | None]:
    """The target and the value of a plain assignment."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.targets[0], statement.value
    if isinstance(statement, ast.AnnAssign):
        return statement.target, statement.value
    return None, None


def parameters_of(project: Project, module: Module, function: Function) -> dict[str, Place]:
    """The classes of ours behind a function's parameters."""
    arguments = function.args
    found = {}
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        place = project.class_of(module, argument.annotation)
        if place is not None:
            found[argument.arg] = place
    return found


def method_of(project: Project, place: Place, name: str) -> Function | None:
    """The method of this name, a class's own or inherited."""
    for _, definition in project.ancestry(*place):
        for statement in definition.body:
            if isinstance(statement, FUNCTIONS) and statement.name == name:
                return statement
    return None


def called(project: Project, module: Module, call: ast.Call) -> Function | None:
    """The function of ours that a call reaches, where annotations tell."""
    if isinstance(call.func, ast.Name):
        found = project.functions.get(project.resolve(module, call.func))
        shadowed = module.function_around(call)
        own = shadowed is not None and not isinstance(shadowed, ast.Lambda) and binds(shadowed, call.func.id)
        return None if found is None or own else found[1]
    if not isinstance(call.func, ast.Attribute):
        return None
    place = receiver_of(project, module, call.func.value)
    return None if place is None else method_of(project, place, call.func.attr)


def binds(function: Function, name: str) -> bool:
    """Whether a function has a parameter of this name."""
    arguments = function.args
    return name in {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def receiver_of(project: Project, module: Module, node: ast.expr) -> Place | None:
    """The class of ours whose object an expression is: `self`, `self._posts`, or a parameter."""
    function = next((each for each in module.ancestors(node) if isinstance(each, FUNCTIONS)), None)
    definition = module.class_around(node)
    if isinstance(node, ast.Name) and function is not None:
        if node.id == "self" and definition is not None:
            return module, definition
        return parameters_of(project, module, function).get(node.id)
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    if is_own and definition is not None:
        return attributes_of(project, module, definition).get(node.attr)  # type: ignore[attr-defined]  # is_own
    return None
