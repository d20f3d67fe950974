"""Errors: raised with a meaning, answered in one place, never swallowed."""

import ast
from collections.abc import Iterator

from standards.module import constant, keyword, last_name
from standards.project import Project
from standards.remark import Remark
from standards.rule import rule
from standards.statuses import status_of

BROAD = frozenset({"Exception", "BaseException"})
NOT_MODIFIED = 304
ERROR_MIN = 400
ANSWERS = frozenset({"JSONResponse", "ORJSONResponse", "Response", "PlainTextResponse"})
ROOT_ERRORS = frozenset({"Exception", "BaseException"})


@rule("ERR001")
def one_place_speaks_http_errors(project: Project) -> Iterator[Remark]:
    """HTTPException is used outside the problem module."""
    for module in project.outside(project.configuration.problems):
        for each in module.imports:
            if each.meaning.startswith(("fastapi.", "starlette.")) and each.alias.name == "HTTPException":
                yield module.remark(each.alias, "raise an exception of the project")
        for node in module.nodes(ast.Attribute):
            if module.qualified(node) in {"fastapi.HTTPException", "starlette.exceptions.HTTPException"}:
                yield module.remark(node, "raise an exception of the project")


@rule("ERR002")
def nothing_is_swallowed(project: Project) -> Iterator[Remark]:
    """A handler catches everything and does nothing about it."""
    for module in project.modules:
        for handler in module.nodes(ast.ExceptHandler):
            if is_broad(handler.type) and not does_something(handler):
                yield module.remark(handler, "what is caught here is gone: narrow it, raise it or log it")
        for call in module.nodes(ast.Call):
            if module.qualified(call.func) == "contextlib.suppress" and any(
                is_broad(each) for each in call.args
            ):
                yield module.remark(call, "what is caught here is gone: narrow it, raise it or log it")


def is_broad(caught: ast.expr | None) -> bool:
    """Whether nearly everything is caught."""
    if isinstance(caught, ast.Tuple):
        return any(is_broad(each) for each in caught.elts)
    return caught is None or last_name(caught) in BROAD


def does_something(handler: ast.ExceptHandler) -> bool:
    """Whether a handler raises, calls, or keeps the error."""
    nodes = [node for statement in handler.body for node in ast.walk(statement)]
    uses_it = any(isinstance(node, ast.Name) and node.id == handler.name for node in nodes)
    return uses_it or any(isinstance(node, ast.Raise | ast.Call) for node in nodes)


@rule("ERR003")
def every_error_has_a_status(project: Project) -> Iterator[Remark]:
    """An exception of the project's family that is raised has no status, its own or inherited."""
    raised = {
        project.resolve(module, error.func if isinstance(error, ast.Call) else error)
        for module in project.modules
        for statement in module.nodes(ast.Raise)
        if (error := statement.exc) is not None
    }
    for module in project.within("core/exceptions", "core/exceptions.py"):
        for definition in module.classes:
            is_raised = f"{module.name}.{definition.name}" in raised
            name = ast.copy_location(ast.Name(definition.name), definition)
            if is_raised and status_of(project, module, name) is None:
                yield module.remark_on_name(definition, "give it a status: a forgotten one becomes a 500")


@rule("ERR004")
def middleware_is_pure_asgi(project: Project) -> Iterator[Remark]:
    """BaseHTTPMiddleware, in which an exception becomes a 500."""
    for module in project.modules:
        for each in module.imports:
            if each.alias.name == "BaseHTTPMiddleware":
                yield module.remark(
                    each.alias, "errors raised in it become a 500: write `__call__(scope, receive, send)`"
                )
        for function in module.functions:
            for decorator in function.decorator_list:
                if isinstance(decorator, ast.Call) and last_name(decorator.func) == "middleware":
                    yield module.remark(decorator, "errors raised in it become a 500: write a class")


@rule("ERR005")
def not_modified_is_an_answer(project: Project) -> Iterator[Remark]:
    """304 is raised as an exception, and its ETag is lost."""
    for module in project.modules:
        for statement in module.nodes(ast.Raise):
            if isinstance(statement.exc, ast.Call) and NOT_MODIFIED in statuses_in(statement.exc):
                yield module.remark(statement, "return a Response with the ETag: an exception loses it")


def statuses_in(call: ast.Call) -> set[object]:
    """The statuses that a call is given."""
    given = [*call.args[:1], keyword(call, "status_code"), keyword(call, "status")]
    named = {
        int(name[5:8]) for each in given if each is not None and (name := last_name(each)).startswith("HTTP_")
    }
    return named | {constant(each) for each in given}


@rule("ERR006")
def errors_have_one_shape(project: Project) -> Iterator[Remark]:
    """An answer of 400 or more is made outside the problem module."""
    for module in project.within("api", "middleware"):
        if project.is_within(module, project.configuration.problems):
            continue
        for call in module.nodes(ast.Call):
            if last_name(call.func) not in ANSWERS:
                continue
            given = keyword(call, "status_code")
            status = next((each for each in statuses_in(call) if isinstance(each, int)), 0)
            if given is not None and status >= ERROR_MIN:
                yield module.remark(call.func, "the problem module answers errors, in one shape")


@rule("ERR007")
def causes_are_not_told(project: Project) -> Iterator[Remark]:
    """The text of an exception that was not made for callers is answered."""
    for module in project.within("api", "middleware"):
        for handler in module.nodes(ast.ExceptHandler):
            if handler.name is None or not is_broad(handler.type):
                continue
            for call in [node for node in ast.walk(handler) if isinstance(node, ast.Call)]:
                is_text = isinstance(call.func, ast.Name) and call.func.id in {"str", "repr"}
                if is_text and call.args and last_name(call.args[0]) == handler.name:
                    yield module.remark(
                        call, "it names tables, hosts and paths: log it, and answer that it failed"
                    )


@rule("ERR008")
def input_is_not_echoed(project: Project) -> Iterator[Remark]:
    """Validation errors are answered with the input that they are about."""
    for module in project.modules:
        if "RequestValidationError" not in module.bindings:
            continue
        for call in module.nodes(ast.Call):
            if last_name(call.func) in ANSWERS:
                for each in [node for node in ast.walk(call) if is_raw_errors(node)]:
                    yield module.remark(
                        each, "it repeats what was sent, passwords included: pick loc and msg"
                    )


def is_raw_errors(node: ast.AST) -> bool:
    """Whether an expression is all that Pydantic says of an input."""
    if isinstance(node, ast.Attribute) and node.attr == "body":
        return last_name(node.value) in {"exc", "error", "err"}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.keywords:
        return node.func.attr == "errors" and last_name(node.func.value) in {"exc", "error", "err"}
    return False
