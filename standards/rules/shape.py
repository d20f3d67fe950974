"""Sizes: what can be read at a glance."""

import ast
import re
from collections.abc import Iterator

from standards.module import FUNCTIONS, Function
from standards.project import Project
from standards.remark import Remark
from standards.routes import routes_of
from standards.rule import rule

LATER = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")


@rule("SHP001")
def functions_are_short(project: Project) -> Iterator[Remark]:
    """A function is longer than a screen."""
    most = project.configuration.function_lines_max
    for module in project.modules:
        for function in module.functions:
            lines = (function.end_lineno or 0) - function.lineno + 1
            if lines > most:
                yield module.remark_on_name(function, f"{lines} lines; {most} are the most")


@rule("SHP002")
def files_are_short(project: Project) -> Iterator[Remark]:
    """A file is longer than one sitting."""
    most = project.configuration.file_lines_max
    for module in project.modules:
        if len(module.lines) > most:
            yield module.remark_on_file(f"{len(module.lines)} lines; {most} are the most")


@rule("SHP003")
def controllers_are_a_few_statements(project: Project) -> Iterator[Remark]:
    """A controller does more than hand over."""
    most = project.configuration.controller_statements_max
    for module in project.controllers:
        for route in routes_of(module):
            number = len(statements_of(route.function))
            if number > most:
                yield module.remark_on_name(route.function, f"{number} statements; {most} are the most")


def statements_of(function: Function) -> list[ast.stmt]:
    """What a function does, its docstring left aside."""
    inside = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return [
        each for each in inside if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]


@rule("SHP004")
def no_function_hides_an_import(project: Project) -> Iterator[Remark]:
    """An import stands within a function."""
    for module in project.modules:
        for statement in module.nodes(ast.Import, ast.ImportFrom):
            if any(isinstance(outer, FUNCTIONS) for outer in module.ancestors(statement)):
                yield module.remark(statement, "imports stand at the top, where circles show")


@rule("SHP005")
def nothing_is_left_for_later(project: Project) -> Iterator[Remark]:
    """A comment promises what is not there."""
    for module in project.modules:
        if not any(word in module.text for word in ("TODO", "FIXME", "XXX", "HACK")):
            continue
        for number, line in enumerate(module.lines, 1):
            match = LATER.search(line)
            if match is not None:
                message = "what is left for later belongs into the tracker"
                yield Remark(module.path, number, match.start(1) + 1, match.end(1) + 1, message)
